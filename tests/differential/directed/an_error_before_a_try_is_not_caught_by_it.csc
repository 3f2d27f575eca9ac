# An error before a try is not caught by it.
# arguments: [1]

flow main(xs):
    a = xs[3]
    try:
        b = xs[0]
    except IndexError:
        return "caught"
    return (a, b)
