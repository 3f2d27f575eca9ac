# Unpacking with a star.
# arguments: [1, 2, 3]

flow main(xs):
    a, *b = xs
    *c, d = xs
    e, *f, g = xs
    (h, *i), j = (xs, 1)
    try:
        k, l = xs
    except ValueError as error:
        emit "many", str(error)
    try:
        k, l, *m, n, o = xs
    except ValueError as error:
        emit "few", str(error)
    try:
        k, l = 5
    except TypeError as error:
        emit "none", str(error)
    return (a, b, c, d, e, f, g, h, i, j)
