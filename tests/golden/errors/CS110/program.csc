flow main():
    return 007
