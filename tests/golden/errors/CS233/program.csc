flow main(n: int = "three"):
    print(n)
