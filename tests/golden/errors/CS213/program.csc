flow main():
    total = 1
    return totl + 1
