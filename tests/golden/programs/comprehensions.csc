"""Comprehensions have variables of their own; `any` and `all` stop early."""


flow main(n: int = 4):
    x = "kept"
    print([x * x for x in range(n) if x % 2], x)  # expect: [1, 9] kept
    print({a: b for a, b in zip("ab", range(2))}, {c for c in "aa"})  # expect: {'a': 0, 'b': 1} {'a'}
    print([(i, j) for i in range(3) for j in range(i)])  # expect: [(1, 0), (2, 0), (2, 1)]
    print(any(10 // k == 5 for k in [3, 2, 0]), all(k for k in [1, 0, 2]))  # expect: True False
    return sum(i for i in range(n))  # expect: -> 6
