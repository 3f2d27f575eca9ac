# An iterator that a variable holds is read on by whoever comes next; one that nobody else sees is as strict as it says.

flow unequal(items):
    n = 0
    for a, b in zip(items, "abc", strict=True):
        n += a
    return n

flow main():
    items = [1, 2, 3, 4]
    pairs = zip(items, "abcd")
    first = [(a, b) for a, b in enumerate(zip(items, items), 5)]
    head = []
    for n, c in pairs:
        head.append(c)
        if n == 2:
            break
    rest = list(pairs)
    again = list(pairs)
    numbered = enumerate(items)
    whole, empty = tuple(numbered), tuple(numbered)
    try:
        error = unequal(items)
    except ValueError as e:
        error = str(e)
    return (first, head, rest, again, whole, empty, error, unequal(items[1:]))
