flow main():
    state = 3
