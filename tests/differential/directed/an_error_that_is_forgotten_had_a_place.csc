# An error that is forgotten had a place.
# arguments: []

flow main(xs):
    try:
        xs[1]
    except ZeroDivisionError:
        emit "not this"
    except IndexError:
        emit "seen"
    try:
        xs[2]
    except IndexError as first:
        try:
            fail first
        except IndexError:
            emit "forgotten"
        fail
