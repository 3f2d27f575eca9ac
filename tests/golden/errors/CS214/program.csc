flow fetch_order():
    pass

flow main():
    fetch_ordr()
