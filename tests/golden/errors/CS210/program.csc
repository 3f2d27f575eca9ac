const NOW = clock()

flow main():
    return NOW
