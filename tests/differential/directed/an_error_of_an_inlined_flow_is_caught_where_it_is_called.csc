# An error of an inlined flow is caught where it is called.
# arguments: 3

flow main(n):
    try:
        a = half(n, 0)
    except ZeroDivisionError:
        a = -1
    b = half(n, 0)
    return (a, b)
flow half(a, b):
    return a // b
