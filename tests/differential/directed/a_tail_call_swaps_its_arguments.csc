# A tail call swaps its arguments.
# arguments: 3; [1]; [2]

flow main(n, a, b):
    if n <= 0:
        return (a, b)
    return main(n - 1, b, a)
