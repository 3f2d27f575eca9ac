flow work():
    pass

flow main():
    work() with retry(3, dely=2s)
