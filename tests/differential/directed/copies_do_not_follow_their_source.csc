# Copies do not follow their source.
# arguments: 3

flow main(n):
    a = n
    b = a
    a = a + 1
    c = a
    a += c
    x, y = 1, 2
    x, y = y, x
    z = y
    y = 5
    return (a, b, c, x, y, z)
