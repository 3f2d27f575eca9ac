# An error in an expression that nothing reads is raised.
# arguments: [1]

flow main(xs):
    try:
        xs[9]
        emit "not here"
    except IndexError:
        emit "here"
    try:
        y = xs["a"]
        y = 2
    except TypeError as e:
        return str(e)
    return y
