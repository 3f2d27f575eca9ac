flow main():
    value = 1
        return value
