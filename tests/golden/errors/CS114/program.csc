flow main(x: int):
    double = lambda n: n * 2
    return double(x)
