"""What CPython runs for finally_runs_when_a_timeout_cuts_in.csc."""
# ruff: noqa


def main(n):
    try:
        return under((("timeout", 0.001),), patient, n)
    except TimeoutError as e:
        emit("late", n)
    return "end"


def patient(n):
    while True:
        try:
            slow(n)
            slow(n + 1)
        except Exception:
            emit("not caught", n)
        finally:
            emit("finally", n)
        n += 1
