flow main(n: int):
    retrun n
