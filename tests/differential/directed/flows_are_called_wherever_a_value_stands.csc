# Flows are called wherever a value stands.
# arguments: 2
from tasks import ident

flow main(n):
    a = 1 + half(8) * half(4)
    b = [half(2), ident(half(6)), -half(n)]
    c = half(0) or half(2)
    d = half(2) < half(4) < half(6)
    e = [half(x) for x in [2, 4] if half(x)]
    if half(n) and not half(0):
        emit "f", f"{half(10)}"
    return (a, b, c, d, e, tail(3, []), tail(0, None), other(2))
flow half(n):
    return n // 2
flow tail(n, xs):
    return xs and other(n) if n == 1 else xs is None or tail(n - 1, [n])
flow other(n):
    return n < 0 or (n, half(n)) if n < 1 else other(n - 1)
