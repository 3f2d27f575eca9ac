flow main():
    else:
        return 1
