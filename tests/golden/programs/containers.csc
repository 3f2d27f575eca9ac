"""Displays, slices, `del`, and spreading."""


flow main():
    items = [*range(6), *"ab"]
    items[1:3] = ["x"]
    del items[0], items[-1]
    print(items, items[::2])  # expect: ['x', 3, 4, 5, 'a'] ['x', 4, 'a']
    base = {"a": 1, "b": 2}
    merged = {**base, "b": 3}
    print(merged, {1, 1.0, True}, (1,), ())  # expect: {'a': 1, 'b': 3} {1} (1,) ()
    alias = base
    alias["c"] = 0
    return base["c"] + base["d"]  # expect: !! KeyError: 'd'
