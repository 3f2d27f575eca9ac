from shop import fetch_ordr

flow main():
    return fetch_ordr("A7")
