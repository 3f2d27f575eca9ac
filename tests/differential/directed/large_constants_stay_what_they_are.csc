# Large constants stay what they are; literals are conditions; items are spread in their order.
# arguments: 3
from tasks import add, ident, rest

const LOW = -170141183460469231731687303715884105729

flow main(n):
    a = (LOW, -9223372036854775809, 9223372036854775807, 18446744073709551616, 0.1, 1e16, 2.5e-300)
    if 2:
        b = "two"
    else:
        b = "none"
    if "" or 0.0 or None:
        b = "empty"
    c = "x" if "text" else "y"
    k = 0
    while 5:
        k += 1
        if k > 2:
            break
    return (a, b, c, k, rest(*[1, 2, 3]), add(*("a", "b")), f"{-n * 10 ** 20}")
