# An error at the very start of else is not caught, nor one right after the statement.
# arguments: 1
from tasks import check

flow main(n):
    r = []
    for k in [1, 2, 3, 7, 10]:
        try:
            try:
                r.append(k)
            except ValueError:
                r.append("inner")
            else:
                check(3)
                check(7)
            check(2)
            check(0)
        except ValueError:
            r.append("outer")
    return r
