"""What CPython runs for the_outer_policy_is_written_first.csc."""
# ruff: noqa


def main():
    a = under((("retry", 3, None, 1.0, ("Exception",)), ("timeout", 10.0)), flaky_slow, 1)
    try:
        return under((("timeout", 0.001),), slow, 3)
    except TimeoutError:
        return under((("timeout", 100.0), ("retry", 2, None, 1.0, ("Exception",))), slow, 4)
