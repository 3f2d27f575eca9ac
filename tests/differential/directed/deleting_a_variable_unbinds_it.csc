# Deleting a variable unbinds it.
# arguments: 3

flow main(n):
    x = n
    ys = [1, 2, 3]
    del x, ys[0]
    try:
        emit "x", x
    except UnboundLocalError as e:
        emit "e", str(e)
    if n:
        del x
    return ys
