flow main(path: str, path: str):
    print(path)
