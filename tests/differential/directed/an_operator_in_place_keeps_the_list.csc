# An operator in place keeps the list.
# arguments: [0]

flow main(xs):
    ys = xs
    ys += [1]
    zs = ys
    zs = zs + [2]
    d = {"k": xs}
    d["k"] += (3,)
    s = {1}
    t = s
    t |= {2}
    return (xs, ys is xs, zs is xs, s, t is s, d)
