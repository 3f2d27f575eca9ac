# Iterators below a try: one that the handler reads on, one that nobody reads again, one that is taken whole, within a generator.
# arguments: 3

flow main(n: int):
    found = []
    for bad in [0, 1, 2]:
        items = [1, n - 3 + bad, 2, 4]
        pairs = None
        try:
            pairs = zip(items, "abcd")
            for a, b in pairs:
                found.append((6 // a, b))
        except ZeroDivisionError:
            found.append(list(pairs))
        try:
            for at, each in enumerate(items, bad):
                found.append(at // each)
            found.append(sum(12 // each for each in reversed(items)))
        except ZeroDivisionError as error:
            for each in reversed(items):
                found.append((str(error), each))
        try:
            pairs = enumerate(items)
            pairs = sum(pairs)
        except TypeError:
            found.append(list(pairs))
        found.append("; ".join(" ".join(str(a * b) for a, b in zip(row, row)) for row in [items, (bad, n)]))
    return found
