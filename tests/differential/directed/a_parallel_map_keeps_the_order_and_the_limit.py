"""What CPython runs for a_parallel_map_keeps_the_order_and_the_limit.csc."""
# ruff: noqa


def main(xs, y):
    enter_parallel()
    return [add(x, y) for x in xs if x != 2]
