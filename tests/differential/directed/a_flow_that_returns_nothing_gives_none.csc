# A flow that returns nothing gives none.
# arguments: 1

flow main(n):
    a = nothing(n)
    return (a, nothing(2))
flow nothing(n):
    if n > 1:
        return
    emit "n", n
