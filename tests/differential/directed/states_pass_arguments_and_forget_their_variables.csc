# States pass arguments and forget their variables.
# arguments: 3

flow main(n):
    log = []
    state a(i=0, xs=[]):
        if i > 0:
            log.append(i)
        xs.append(i)
        if i >= n:
            return (log, xs)
        t = i
        jump b(t + 1, xs)
    state b(i, ys):
        log.append("b")
        try:
            emit "t", t
        except UnboundLocalError as e:
            emit "e", str(e)
        t = i
        if i == 2:
            jump a(i)
        jump a(xs=ys, i=i)
