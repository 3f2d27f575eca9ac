"""What CPython runs for a_parameter_with_a_default_can_be_deleted_in_a_loop.csc."""
# ruff: noqa


def main(n, step=MISSING):
    if step is MISSING:
        step = [n // 2]
    while n > 0:
        try:
            emit("step", step)
            del step
        except UnboundLocalError as e:
            emit("unset", str(e))
            step = n
        n -= 1
    return step
