flow main():
    parallel:
        print("one")
        return 2
