# A tail call of another flow rotates its arguments.
# arguments: 4; 1; 2; 3

flow main(n, a, b, c):
    return turn(n, b, c, a)
flow turn(n, a, b, c):
    if n <= 0:
        return [a, b, c]
    return main(n - 1, c, a, b)
