# Generators are read by what takes them.
# arguments: [3, 1, 2]
from tasks import ident, check

flow main(xs):
    a = sum(x * 2 for x in xs)
    b = sorted(x for x in xs)
    c = ",".join(str(x) for x in xs if x > 1)
    d = dict((x, x + 1) for x in xs)
    e = max(ident(x) for x in xs)
    f = any(x == y for x in xs for y in [2] if ident(y))
    g = all(any(x == y for y in [1, 2, 3]) for x in xs)
    h = set(x % 2 for x in xs)
    if any(ident(x) == 1 for x in xs) and not all(x for x in [0]):
        emit "both"
    try:
        any(check(x) < 0 for x in xs)
    except ValueError as error:
        emit "error", str(error)
    return (a, b, c, d, e, f, g, h)
