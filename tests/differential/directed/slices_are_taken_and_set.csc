# Slices are taken and set.
# arguments: [1, 2, 3]

flow main(xs):
    a = xs[1:]
    b = xs[::-1]
    c = xs[:]
    c[1:2] = [8, 9]
    del c[0]
    xs[0], xs[1] = xs[1], xs[0]
    xs[-1] += 5
    return (a, b, c, c is xs, xs, "abc"[1:2], (1, 2, 3)[-2:])
