# Labels leave and go on with outer loops.
# arguments: 2

flow main(n):
    r = []
    for i in range(4) as outer:
        for j in range(4):
            if j == 2:
                continue outer
            if i == n:
                break outer
            r.append((i, j))
        else:
            r.append("never")
    else:
        r.append("never")
    return r
