"""CPython can not say: what happens is asked of the engines alone."""


def main(n):
    vague()  # noqa: F821 - the oracle's
