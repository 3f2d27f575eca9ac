const LIMIT = 3

flow main():
    LIMIT = 4
