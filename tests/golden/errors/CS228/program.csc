flow work():
    pass

flow main():
    work() with retry(0)
