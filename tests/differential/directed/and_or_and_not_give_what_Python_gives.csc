# And, or and not give what Python gives.
# arguments: 0; [2]
from tasks import ident

flow main(a, b):
    return (a or b, a and b, not a, a or ident(7), b and ident(8), a and ident(9), (a or b) and [], 0 or "" or None, 1 and 2 and 3)
