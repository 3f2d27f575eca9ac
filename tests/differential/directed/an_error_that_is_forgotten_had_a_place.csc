# An error that is forgotten had a place.
# arguments: [1, 2]

flow main(ys):
    for xs in [[], [0], ys]:
        try:
            look(xs)
        except LookupError as e:
            emit str(e), len(xs)
    try:
        ys[5]
    except ZeroDivisionError:
        emit "not this"
    except IndexError:
        emit "seen"
        fail
flow look(xs):
    try:
        xs[2]
    except IndexError as first:
        try:
            1 // xs[0]
        except ZeroDivisionError:
            emit "divided"
        except IndexError:
            xs.append(3)
        if len(xs) < 2:
            try:
                again(first)
            except IndexError:
                emit "forgotten in its callee"
            fail
        try:
            fail first
        except IndexError:
            emit "forgotten"
        fail
flow again(error):
    fail error
