flow main(n: 3):
    return n
