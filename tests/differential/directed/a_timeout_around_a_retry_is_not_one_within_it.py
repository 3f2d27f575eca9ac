"""What CPython runs for a_timeout_around_a_retry_is_not_one_within_it.csc."""
# ruff: noqa


def main():
    r = []
    try:
        r.append(once())
    except TimeoutError:
        r.append("late")
    r.append(under((("retry", 2, 1.0, 1.0, ("Exception",)), ("timeout", 0.5)), flaky, 2))
    return r


def once():
    a = under((("timeout", 1.5), ("retry", 3, 1.0, 1.0, ("Exception",))), flaky, 1)
    return a
