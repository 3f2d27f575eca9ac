flow main():
    return "C:\data"
