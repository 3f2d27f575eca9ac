# A handler asks for the class and raises again.
# arguments: {}

flow main(d):
    try:
        d["a"]
    except ZeroDivisionError:
        emit "not this"
    except KeyError:
        emit "seen"
        fail
