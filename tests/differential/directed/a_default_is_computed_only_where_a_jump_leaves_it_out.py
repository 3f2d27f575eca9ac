"""What CPython runs for a_default_is_computed_only_where_a_jump_leaves_it_out.csc."""
# ruff: noqa


def main(n, step=MISSING):
    if step is MISSING:
        step = n - n // 2
    log = []

    def a(left=MISSING, by=MISSING, seen=MISSING):
        if left is MISSING:
            left = n
        if by is MISSING:
            by = step + len(log)
        if seen is MISSING:
            seen = []
        log.append((left, by, len(seen)))
        seen.append(by)
        if left <= 0:
            return jump(last, by=left)
        if left % 3 == 0:
            return jump(a, left - 1)
        if left % 3 == 1:
            return jump(a, left - 1, seen=seen)
        try:
            return jump(a, left - 2, by - 1, seen)
        finally:
            emit("left", left)

    def last(of=MISSING, by=MISSING):
        if of is MISSING:
            of = log[0]
        if by is MISSING:
            by = len(log)
        while by < 6:
            by += step
            try:
                emit("late", late)
            except UnboundLocalError as e:
                emit("unset", str(e))
            late = by
        emit("by", by)
        if by > 20:
            return (of, by, log)
        if by > 12:
            log.extend(log)
            return jump(last)
        return jump(last, (of, by), by + step)

    return run_states(a)
