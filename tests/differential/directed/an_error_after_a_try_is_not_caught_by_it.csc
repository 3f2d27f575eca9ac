# An error after a try is not caught by it.
# arguments: [1]

flow main(xs):
    try:
        b = xs[0]
    except IndexError:
        return "caught"
    a = xs[3]
    return (a, b)
