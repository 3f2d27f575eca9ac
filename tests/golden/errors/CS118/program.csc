flow main(n: int):
    if n > 0:
        return 1
    else if n < 0:
        return -1
