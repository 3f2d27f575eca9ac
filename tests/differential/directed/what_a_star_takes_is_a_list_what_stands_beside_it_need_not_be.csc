# What a star takes is a list; what stands beside it need not be.
# arguments: [[3], [[1], 2, 3], ["ab", "c"], [{"k": 1}, 5]]

flow main(rows):
    r = []
    for row in rows:
        first, *rest = row
        rest.append(len(row))
        r.append([*rest, *"end"])
        try:
            r.append([0, *first])
        except TypeError as e:
            r.append(str(e))
        count = len(rest)
        try:
            r.append([*count])
        except TypeError as e:
            r.append(str(e))
        for x in rest:
            r.append(x)
    return r
