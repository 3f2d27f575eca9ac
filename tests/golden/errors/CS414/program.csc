flow main():
    loop:
        pass
