# Branches see the values before the block.
# arguments: 1
from tasks import add, slow

flow main(n):
    a = 1
    b = 2
    parallel:
        a = slow(b)
        b = slow(a)
        if n:
            c = add(a, b)
    return (a, b, c)
