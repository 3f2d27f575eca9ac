flow main():
    return {"sizes": [1, 2.5, 1e999]}
