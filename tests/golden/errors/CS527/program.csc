from shop import fetch

flow main(n: int = 1):
    total = n
    total += fetch()
    return total
