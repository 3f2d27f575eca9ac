# An error that a callee raises anew has a new place.
# arguments: []

flow main(xs):
    for n in [0, 1, 2, 3]:
        try:
            xs[2]
        except IndexError as first:
            try:
                again(first, n)
            except IndexError:
                emit "forgotten"
            if n == 3:
                fail
flow again(error, n):
    if n > 0:
        again(error, n - 1)
    fail error
