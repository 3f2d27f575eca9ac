"""What CPython runs for branches_see_the_values_before_the_block.csc."""
# ruff: noqa


def main(n):
    enter_parallel()
    a, b, c = slow(2), slow(1), add(1, 2)
    return (a, b, c)
