flow main():
    cost = 3 €
    return cost
