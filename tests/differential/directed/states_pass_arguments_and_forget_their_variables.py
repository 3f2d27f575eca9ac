"""What CPython runs for states_pass_arguments_and_forget_their_variables.csc."""
# ruff: noqa


def main(n):
    log = []

    def a(i=0, xs=MISSING):
        if xs is MISSING:
            xs = []
        if i > 0:
            log.append(i)
        xs.append(i)
        if i >= n:
            return (log, xs)
        t = i
        return jump(b, t + 1, xs)

    def b(i, ys):
        log.append("b")
        try:
            emit("t", t)
        except UnboundLocalError as e:
            emit("e", str(e))
        t = i
        if i == 2:
            return jump(a, i)
        return jump(a, xs=ys, i=i)

    return run_states(a)
