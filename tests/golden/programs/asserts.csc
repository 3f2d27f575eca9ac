"""`assert` says what did not hold."""


flow main(n: int = 1):
    assert n
    assert n > 0, 1 / 0 if n < 0 else "unused"
    assert n > 1, f"{n} is too small"  # expect: !! AssertionError: 1 is too small
