# A chain compares neighbours.
# arguments: 3; 2
from tasks import ident

flow main(a, b):
    x = 1 < a < b
    y = b > 1 < a != b == 2
    z = 1 < ident(a) < ident(b) < ident(9)
    if 1 < a < b:
        return "wrong"
    return (x, y, z)
