flow main():
    fail
