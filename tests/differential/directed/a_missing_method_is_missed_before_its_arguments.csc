# A method that a value does not have is missed before the arguments of the call are evaluated.
# arguments: 'text'; [1]
from tasks import ident

flow main(a, b):
    seen = []
    try:
        a.append(ident(1) / 0)
    except AttributeError as error:
        seen.append(str(error))
    try:
        b.append(ident(2) / 0)
    except ZeroDivisionError as error:
        seen.append(str(error))
    b.upper(ident(3))
    return seen
