# Spread arguments are taken in order.
# arguments: [1]
from tasks import rest, push, ident

flow main(xs):
    a = rest(*xs, push(xs, 2), *xs)
    d = {"k": 1}
    b = rest(ident(0), **d, z=d.update(k=5))
    c = [*xs, push(xs, 3) is xs, *xs]
    e = {**d, "k": 2, **{"k": d.pop("k")}}
    f = {*xs, *[7]} == {1, 2, 3, 7}
    g = max(*xs, 0, *[])
    try:
        rest(**{"a": 1}, a=2)
    except TypeError:
        emit "twice"
    return (a, b, c, e, f, g, (*xs,), (0, *xs, *"ab"))
