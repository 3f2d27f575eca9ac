# Each flow that waits for a deeper one goes on with its own values, wherever the deepest one stops in between.
# arguments: 4

from tasks import add

flow main(n):
    r = []
    for i in range(n):
        r.append(("main", i, outer(i, n)))
    return r

flow outer(a, b):
    s = 1000 - b
    s = s + middle(b, a) * 2
    return (s, a, b)

flow middle(a, b):
    s = 100 + a
    s = s + innermost(s, a, b) * 3
    return s * a - b

flow innermost(a, b, c):
    s = 10
    for i in range(9):
        s = add(s, a + b * c + i)
    return s
