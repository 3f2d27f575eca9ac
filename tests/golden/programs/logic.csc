"""`and` and `or` give the operand that decides, and do not look at the rest."""


flow main(zero: int = 0, one: int = 1):
    print(zero and 1 / zero, one or 1 / zero, zero or "" or [])  # expect: 0 1 []
    print(not zero and not not one)  # expect: True
    size = "many" if one > 1 else "one" if one else "none"
    return size  # expect: -> 'one'
