"""What CPython runs for a_self_tail_call_computes_other_defaults_afresh.csc."""
# ruff: noqa


def main(n, xs=MISSING):
    if xs is MISSING:
        xs = []
    xs.append(n)
    emit("xs", xs)
    if n <= 0:
        return xs
    return main(n - 1)
