# A loop's else runs when it was not broken.
# arguments: 2

flow main(n):
    r = []
    for i in range(3):
        if i == n:
            break
    else:
        r.append("for")
    k = 0
    while k < 3:
        k += 1
        if k == n:
            break
    else:
        r.append("while")
    for i in []:
        r.append("never")
    else:
        r.append("empty")
    return r
