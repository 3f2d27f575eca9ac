flow main():
    state ask():
        return 1
    state finish():
        return 2
