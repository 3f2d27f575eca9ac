flow main():
    return (1, 2]
