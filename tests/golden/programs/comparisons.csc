"""A chain reads each operand once, and stops at the first that does not hold."""

from toys import double


flow main(n: int = 3):
    print(1 < double(n) < 10, 1 < double(n) < 4 < 1 / 0)  # expect: True False
    print(n in [1, 2], n not in (1, 2), None is None, n is not None)  # expect: False True True True
    return 1 == 1.0 == True  # expect: -> True
