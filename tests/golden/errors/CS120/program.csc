flow main():
    len("abc") = 3
