# A self tail call computes other defaults afresh.
# arguments: 2

flow main(n, xs=[]):
    xs.append(n)
    emit "xs", xs
    if n <= 0:
        return xs
    return main(n - 1)
