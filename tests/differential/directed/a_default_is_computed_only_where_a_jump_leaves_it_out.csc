# A default is computed only where a jump leaves it out, in every turn anew.
# arguments: 7

flow main(n, step=n - n // 2):
    log = []
    state a(left=n, by=step + len(log), seen=[]):
        log.append((left, by, len(seen)))
        seen.append(by)
        if left <= 0:
            jump last(by=left)
        if left % 3 == 0:
            jump a(left - 1)
        if left % 3 == 1:
            jump a(left - 1, seen=seen)
        try:
            jump a(left - 2, by - 1, seen)
        finally:
            emit "left", left
    state last(of=log[0], by=len(log)):
        while by < 6:
            by += step
            try:
                emit "late", late
            except UnboundLocalError as e:
                emit "unset", str(e)
            late = by
        emit "by", by
        if by > 20:
            return (of, by, log)
        if by > 12:
            log.extend(log)
            jump last()
        jump last((of, by), by + step)
