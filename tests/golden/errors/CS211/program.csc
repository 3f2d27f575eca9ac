const SHARE = 1 / 0

flow main():
    return SHARE
