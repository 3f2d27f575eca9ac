# A variable keeps what it had when a call fails.
# arguments: 3
from tasks import check

flow main(n):
    x = 1
    try:
        x = 2
        x = check(n)
        x = 3
        x = check(n + 1)
    except ValueError:
        return x
    return x
