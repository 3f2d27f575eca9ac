# Methods of sets look at each item of a generator when it comes, and read no more than they need.
# arguments: [3, 1, 4, 2]
from tasks import ident

flow main(xs):
    some = {1, 2, 7}
    a = some.isdisjoint(ident(x) for x in xs)
    b = some.issuperset(ident(x) for x in [1, 2, 3, 7])
    c = frozenset(xs).issuperset(ident(x) for x in [1, 5, 2])
    d = some.intersection(ident(x) for x in [7, 2, 2, 1, 5])
    e = some.union((some.discard(x), x)[1] for x in xs)
    left = {1, 2, 3}
    f = left.intersection((left.discard(x), x + 1)[1] for x in [0, 1, 2])
    left.update(x for x in [8, 9])
    g = left.difference((left.add(x), 8)[1] for x in xs)
    left.intersection_update((left.discard(x), x + 4)[1] for x in [4, 5, 8])
    try:
        some.isdisjoint([x] for x in xs)
    except TypeError as error:
        emit "error", str(error)
    return a, b, c, sorted(d), sorted(e), sorted(f), sorted(g), sorted(left), sorted(some)
