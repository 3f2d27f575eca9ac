"""`:=` gives a name to a part of an expression."""


flow main(values: list = [3, 8, 2]):
    while (n := values.pop()) != 3:
        print(n, (half := n // 2) + half)  # expect: 2 2
        # expect: 8 8
    return half  # expect: -> 4
