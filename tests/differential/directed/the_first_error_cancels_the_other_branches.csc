# The first error cancels the other branches.
# arguments: 3
from tasks import check, slow, slow_check

flow main(n):
    try:
        parallel limit 2:
            a = slow(1)
            b = check(n)
            c = slow(3)
    except ValueError as e:
        emit "e", str(e)
    try:
        return a
    except UnboundLocalError:
        return [slow_check(4), "unbound"]
