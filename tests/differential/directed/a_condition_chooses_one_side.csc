# A condition chooses one side.
# arguments: 3
from tasks import ident

flow main(a):
    x = ident(1) if a else ident(2)
    y = ident(3) if not a else ident(4)
    if a == 3:
        emit "three"
    elif ident(a) < 2:
        emit "small"
    else:
        emit "other"
    return (x, y)
