# An error in an inlined flow has both places.
# arguments: 3

flow main(n):
    a = half(8, 2)
    return a + half(n, 0)
flow half(a, b):
    return a // b
