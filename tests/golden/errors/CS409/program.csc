from shop import fetch


flow main():
    return fetch("a")
