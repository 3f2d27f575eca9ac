# An error is not folded away.
# arguments: 1
from tasks import ident

flow main(n):
    if n > 5:
        x = 1 // 0
    try:
        ident(1)
        y = 1 // 0
        ident(2)
    except ZeroDivisionError as e:
        emit "caught", str(e)
    try:
        "a" + 1
    except TypeError as e:
        emit "caught", str(e)
    try:
        (1, 2)[7]
    except IndexError as e:
        return str(e)
