flow main(n: int):
    while n > 0:
    return n
