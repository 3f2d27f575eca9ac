# A self tail call with a handler leaves its protection.
# arguments: 3; 2

flow main(n, d):
    try:
        x = 10 // d
    except ZeroDivisionError:
        x = 0
    if n <= 0:
        return x
    return main(n - 1, d - 1)
