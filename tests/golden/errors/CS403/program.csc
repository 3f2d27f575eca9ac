flow up(n: int):
    return n + 1


flow down(n: int):
    return n - 1
