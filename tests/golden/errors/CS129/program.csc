flow main(a, b):
    return a == not b
