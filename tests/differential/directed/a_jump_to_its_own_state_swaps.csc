# A jump to its own state swaps.
# arguments: 0

flow main(n):
    state only(k=3, a=1, b=2):
        if k == 0:
            return (a, b)
        jump only(k - 1, b, a)
