"""Numbers mean what they mean in Python."""


flow main(a: int = 7, b: int = 2):
    print(a / b, a // b, a % b, -a // b)  # expect: 3.5 3 1 -4
    print(a ** b * 2 - 1, a << b, a & b | 8, ~a)  # expect: 97 28 10 -8
    print(2 ** 100)  # expect: 1267650600228229401496703205376
    print(0x1f + 0b11 + 1_000, 1.5e3, 2j * 2j)  # expect: 1034 1500.0 (-4+0j)
    return a / 0  # expect: !! ZeroDivisionError: division by zero
