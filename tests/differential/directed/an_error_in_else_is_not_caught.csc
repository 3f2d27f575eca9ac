# An error in else is not caught.
# arguments: [1]

flow main(xs):
    try:
        b = xs[0]
    except IndexError:
        return "caught"
    else:
        a = xs[3]
    return (a, b)
