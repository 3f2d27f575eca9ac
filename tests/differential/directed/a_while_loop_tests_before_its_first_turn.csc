# A while loop tests before its first turn.
# arguments: 0
from tasks import ident

flow main(n):
    k = 0
    while ident(k) < n:
        k += 1
    else:
        emit "else", k
    while n < 0 and ident(1):
        emit "never"
    return k
