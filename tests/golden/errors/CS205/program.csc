from warehouse import fetch

flow main():
    fetch()
