# A self tail call applies constant defaults again.
# arguments: 3

flow main(n, a=5):
    if n <= 0:
        return a
    return main(n - 1, a + 1) if n > 2 else again(n)
flow again(n, a=5):
    a += n
    emit "a", a
    if n <= 0:
        return a
    return again(n - 1)
