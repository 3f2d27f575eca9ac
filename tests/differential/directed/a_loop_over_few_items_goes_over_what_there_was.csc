# A loop goes over the value that there was when it began, whatever its names hold later.
# arguments: [1, 2, 3]; 4

flow main(xs, n):
    seen = []
    ys = xs
    for x in ys:
        ys = []
        seen.append(x)
    for k in range(n):
        n = 0
        seen.append(k)
    for k in range(9, 0, -2):
        seen.append(k)
    for a in (n, 7):
        for b in [a, 8]:
            seen.append((a, b))
    more = [x for x in xs if x > 1]
    for x in more:
        more = 1
        more += x
    total = 0
    for x in xs:
        if x == 2:
            total = xs
        if len(xs) < 6:
            total *= 2
    for x in range(len(seen) - 12):
        seen[x] = x.bit_length()
    return (seen, more, total, xs)
