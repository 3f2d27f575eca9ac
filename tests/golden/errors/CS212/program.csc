const NAMES = ["ann", "bob"]

flow main():
    return NAMES
