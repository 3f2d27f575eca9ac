"""What CPython runs for the_first_error_cancels_the_other_branches.csc."""
# ruff: noqa


def main(n):
    vague()
