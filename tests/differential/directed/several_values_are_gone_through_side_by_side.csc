# zip and enumerate go on where they were, each with its own values.
# arguments: [1, 2, 3, 4, 5, 6, 7]; "abcdefgh"

flow main(xs, text):
    r = []
    for x, c in zip(xs, text):
        r.append((x, c))
    for i, c in enumerate(text):
        r.append((i, c))
    for c, x, y in zip(text, xs, (9, 8, 7, 6, 5)):
        if x == 3:
            continue
        for i, z in enumerate(xs):
            if i > 2:
                break
            r.append((c, x, y, i, z))
    for n in range(20, 3, -3):
        r.append(n)
    for x in reversed(xs):
        r.append(x)
    return r
