flow main():
    values = [1, 2
    return values
