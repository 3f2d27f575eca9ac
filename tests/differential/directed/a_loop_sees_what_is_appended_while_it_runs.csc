# A loop sees what is appended while it runs.
# arguments: [1, 2]

flow main(xs):
    seen = []
    for x in xs:
        seen.append(x)
        if len(xs) < 6:
            xs.append(x + 1)
    for x in xs:
        if x == 2:
            xs.remove(x)
    return (seen, xs)
