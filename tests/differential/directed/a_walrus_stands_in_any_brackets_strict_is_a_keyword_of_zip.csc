# A walrus stands in any brackets, strict is a keyword of zip.
# arguments: [1, 2]
from tasks import ident

flow main(xs):
    t = (1, (a := 2), [(b := a + 1)], ident((c := b + 1)), {"k": (d := 9)})
    e = [(last := x) for x in xs]
    z = list(zip(xs, t[:2], strict=True))
    try:
        list(zip(xs, t, strict=True))
    except ValueError as f:
        emit "zip", str(f)
    return (t, a, b, c, d, e, last, z)
