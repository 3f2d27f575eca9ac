flow main():
    parallel:
        found = 1
        found = 2
    return found
