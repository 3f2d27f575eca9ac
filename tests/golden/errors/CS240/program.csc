flow main(n: int):
    if n > 3:
        break
