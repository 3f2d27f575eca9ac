# Each flow that waits for a deeper one goes on with its own values, wherever the deepest one stops in between.
# arguments: 4

from tasks import add

flow main(n):
    r = []
    for i in range(n):
        r.append(("main", i, outer(i, n)))
    return r

flow outer(a, b):
    s = 1000
    for i in range(3):
        s = s + middle(i, a) - b
    return s

flow middle(a, b):
    s = 100
    for i in range(2):
        s = s + innermost(i, a, b) * 2
    return s

flow innermost(a, b, c):
    s = 10
    for i in range(5):
        s = add(s, a + b * c + i)
    return s
