# Protection begins and ends where it is written.
# arguments: 3
from tasks import check

flow main(n):
    try:
        a = check(1)
        b = check(n)
    except ValueError as e:
        emit "inner", str(e)
        b = 0
    c = check(n + 1)
    return (a, b, c)
