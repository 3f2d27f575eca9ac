# Operands are evaluated from left to right.
from tasks import ident, keywords, rest

flow main():
    x = ident(7) - ident(3)
    y = ident(2) ** ident(5)
    z = keywords(ident(1), c=ident(2), b=ident(3))
    w = rest(ident(1), *[ident(2)], k=ident(3), **{"j": ident(4)})
    xs = [0, 0]
    xs[ident(1)] = ident(6)
    d = {ident("a"): ident(1), ident("b"): ident(2)}
    return (x, y, z, w, xs, d, ident(9) // ident(2), ident(9) % ident(4), ident("a") < ident("b"), ident(1) << ident(3))
