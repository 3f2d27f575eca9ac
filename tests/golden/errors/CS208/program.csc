flow main():
    state ask():
        jump ask()
    state ask():
        return 1
