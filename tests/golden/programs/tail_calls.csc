"""A call that is returned replaces its caller, so that two flows can call each other for ever."""


flow main(n: int = 20_000):
    print(gcd(1071, 462))  # expect: 21
    return even(n)  # expect: -> True


flow gcd(a: int, b: int):
    if b == 0:
        return a
    return gcd(b, a % b)


flow even(n: int):
    return True if n == 0 else odd(n - 1)


flow odd(n: int):
    if n == 0:
        return False
    return even(n - 1)
