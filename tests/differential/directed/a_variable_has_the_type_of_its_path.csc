# A variable has the type that it was given on the way there, and its methods are those of that type.
# arguments: 3; 0

flow main(n, m):
    r = []
    for k in range(n + 2):
        if k > n:
            x = "abc"
        elif k == m:
            x = (k, k, k)
        else:
            x = [k]
        x = x if k else {k: k}
        try:
            r.append(x.count(k))
        except AttributeError as e:
            r.append(str(e))
        except TypeError as e:
            r.append(str(e))
    return r
