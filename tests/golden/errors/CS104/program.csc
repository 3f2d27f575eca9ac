flow main():
    return "never closed
