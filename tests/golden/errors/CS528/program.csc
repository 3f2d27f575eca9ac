from shop import book

flow main(n: int = 1):
    book()
    return n
