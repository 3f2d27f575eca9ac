"""Calls of tasks and flows: by position, by name, spread; defaults are computed for each call."""

from toys import double as twice, keywords


flow main():
    print(keywords(1, *[2, 3], a=4, **{"b": 5}))  # expect: (1, 2, 3) {'a': 4, 'b': 5}
    print(collect(1), collect(2), collect(3, into=[0]))  # expect: [1] [2] [0, 3]
    print(scale(by=3, n=2) + 0)  # expect: 6
    return twice(scale(1))  # expect: -> 4


flow collect(item, into: list = []):
    into.append(item)
    return into


flow scale(n: int, by: int = 2) -> int:
    product = n * by
    return product
