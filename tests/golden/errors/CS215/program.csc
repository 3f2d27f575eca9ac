flow main(path: str):
    return open(path)
