# Inlined flows have variables of their own.
# arguments: 3

flow main(n):
    x = 10
    a = small(n)
    b = small(a)
    return (x, a, b, once(), once())
flow small(x):
    y = x + 1
    x = y * 2
    return x
flow once():
    try:
        z
    except UnboundLocalError as e:
        emit "e", str(e)
    z = 1
    return z
