"""Targets are set from left to right; the right side is read first."""


flow main():
    a, b = 1, 2
    a, b = b, a
    print(a, b)  # expect: 2 1
    first, *rest, last = range(5)
    print(first, rest, last)  # expect: 0 [1, 2, 3] 4
    x, [y, z] = w = 1, (2, 3)
    print(x + y + z, w)  # expect: 6 (1, (2, 3))
    i = 0
    i, items = 1, [10, 20]
    items[i] += 5
    items += [30]
    print(items)  # expect: [10, 25, 30]
    c, d = items  # expect: !! ValueError: too many values to unpack (expected 2)
