# A call is not moved out of its loop or branch.
# arguments: 0
from tasks import ident, check

flow main(n):
    for i in range(n):
        x = check(3)
    if n > 5:
        y = check(3)
    for i in range(2):
        try:
            y = ident([]) if i else check(3)
            y.append(i)
        except ValueError:
            y = [i]
        emit "y", y
    return y
