# An error raised again keeps its place.
# arguments: []

flow main(xs):
    try:
        return deep(xs)
    except KeyError:
        return 1
    finally:
        emit "done"
flow deep(xs):
    try:
        return xs[5]
    except IndexError:
        emit "seen"
        fail
