# Any and all stop early.
from tasks import ident

flow main():
    return (any(ident(x) > 1 for x in [1, 2, 3]), all(ident(x) < 2 for x in [1, 2, 3]), any(x for x in []), all(x for x in []))
