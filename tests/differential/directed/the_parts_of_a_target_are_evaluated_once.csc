# The parts of a target are evaluated once, and targets from left to right.
# arguments: [1, 2, 3]
from tasks import ident

flow main(xs):
    xs[ident(0)] += ident(5)
    ident(xs)[ident(1)] -= 1
    i = 0
    i = xs[i] = 1
    xs[i] = i = 2
    return (xs, i)
