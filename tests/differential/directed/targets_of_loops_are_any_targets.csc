# Targets of loops are any targets.
# arguments: [0, 0]
from tasks import ident

flow main(xs):
    d = {}
    for xs[ident(0)] in [5, 6]:
        d["n"] = xs[0]
    for d["k"], (a, *b) in [(1, [2, 3, 4]), (2, "xy")]:
        emit "b", b
    for a in []:
        pass
    for c in []:
        pass
    pairs = [(p, q) for p, (q, *r) in [(1, [2, 3]), (4, [5])] if r]
    try:
        emit "c", c
    except UnboundLocalError as e:
        emit "e", str(e)
    return (xs, d, a, b, pairs)
