flow count(n: int):
    print(n)

flow main():
    count("three")
