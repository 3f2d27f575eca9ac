flow work():
    pass

flow main():
    work() with retry(delay=2s)
