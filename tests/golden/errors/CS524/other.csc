flow main():
    return 2
