# Iterators are read once.
# arguments: [1, 2, 3, 4]

flow main(xs):
    e = enumerate(xs, 1)
    for i, x in e:
        if i == 2:
            break
    z = zip(xs, "ab")
    r = reversed(xs)
    a = list(e)
    b = [next_ for next_ in z if next_[0] > 1] + list(z)
    for q in r:
        if q == 3:
            xs.append(9)
            break
    d = {"a": 1, "b": 2}
    for k, v in d.items():
        d[k] = v + 1
    s = [c for c in "añ"] + [c for c in b"ab"]
    return (i, x, a, b, list(r), d, s, list(zip()), list(d), 2 in enumerate([]))
