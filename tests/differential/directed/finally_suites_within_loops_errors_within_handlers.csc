# Finally suites within loops, errors within handlers.
# arguments: 4
from tasks import ident

flow main(n):
    r = []
    for i in range(n):
        try:
            try:
                if i == 0:
                    continue
                if i == 1:
                    fail KeyError("one")
                if i == 3:
                    return (r, once(0), once(1), once(2))
                r.append(i)
            except KeyError as e:
                r.append(str(e))
                fail ValueError(r[0])
            finally:
                for j in [1, 2, 3]:
                    try:
                        if j == 2:
                            continue
                        if j == 3:
                            break
                        r.append(j)
                    finally:
                        r.append("in")
        except ValueError as e:
            r.append(e.args)
        else:
            r.append("else")
    return r
flow once(n):
    k = 0
    while k < 3:
        k += 1
        try:
            if n == 0:
                return k
            if n == 1:
                1 // 0
            break
        except ZeroDivisionError:
            if k == 2:
                fail
        finally:
            emit "k", k
            if n == 1 and k == 2:
                try:
                    fail OSError("x")
                except OSError:
                    pass
    else:
        k = -1
    return k
