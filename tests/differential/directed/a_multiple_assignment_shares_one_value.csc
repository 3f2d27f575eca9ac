# A multiple assignment shares one value.

flow main():
    a = b = []
    a.append(1)
    c, d = e = (b, 2)
    x = [1, 2]
    i = 0
    i, x[i] = 1, 9
    return (a is b, a, c is a, d, e, x, i)
