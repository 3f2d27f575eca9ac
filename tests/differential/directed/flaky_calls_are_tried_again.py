"""What CPython runs for flaky_calls_are_tried_again.csc."""
# ruff: noqa


def main():
    a = under((("retry", 3, None, 1.0, ("Exception",)),), flaky, 1)
    b = under((("retry", 2, None, 1.0, ("KeyError",)),), flaky, 2)
    return (a, b)
