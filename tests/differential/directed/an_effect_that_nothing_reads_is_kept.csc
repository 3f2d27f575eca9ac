# An effect that nothing reads is kept.
# arguments: []
from tasks import ident, push

flow main(xs):
    xs.append(1)
    push(xs, 2)
    y = push(xs, 3)
    y = ident(xs)
    z = xs.pop()
    z = 0
    xs.reverse()
    return xs
