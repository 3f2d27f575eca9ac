"""A parallel comprehension gives its results in the order of the items, whenever they came."""

from toys import after


flow main():
    waits = [3, 1, 2]
    print(parallel [after(n, n * 10) for n in waits if n > 1])  # expect: [30, 20]
    print(parallel [label(n) for n in waits] limit 2)  # expect: ['<3>', '<1>', '<2>']
    return parallel [1 // (n - 2) for n in waits]  # expect: !! ZeroDivisionError: integer division or modulo by zero


flow label(n: int) -> str:
    return f"<{after(n, n)}>"
