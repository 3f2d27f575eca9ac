# StopIteration is caught wherever it is raised, also through calls that wait.
# arguments: 3

from tasks import ident, add, slow

flow main(n):
    r = []
    for i in range(n):
        try:
            r.append(inner(i))
        except StopIteration as e:
            r.append(str(e))
    return r

flow inner(i):
    a = slow(i)
    b = add(a, 1)
    c = ident(b)
    return deepest(c)

flow deepest(c):
    d = slow(c)
    fail StopIteration("no more " + str(d))
