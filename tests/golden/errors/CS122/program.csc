flow main(n: int):
    return n with retry(3)
