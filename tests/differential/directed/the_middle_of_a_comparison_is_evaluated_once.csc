# The middle of a comparison is evaluated once.
# arguments: 4
from tasks import ident, push, flaky

flow main(n):
    a = 0 < push([], n)[0] < 10
    b = ident(5) < ident(n) < ident(9) < ident(1)
    c = ident(1) < flaky(3) <= ident(3)
    if ident(1) < ident(2) < ident(n) < ident(9):
        emit "rising"
    return (a, b, c)
