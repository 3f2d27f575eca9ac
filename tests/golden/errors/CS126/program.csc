flow main():
    print(sep=", ", "alone")
