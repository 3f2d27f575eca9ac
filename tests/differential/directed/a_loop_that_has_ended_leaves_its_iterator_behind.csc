# A loop over enumerate has ended when the run is saved: what it went over is still where a register was.
# arguments: 2

from tasks import ident

flow main(n: int):
    return helper(n)

flow helper(n: int):
    found = [at + each for at, each in enumerate([0])]
    if n > 0:
        first = ident(n - 1)
    second = worker(n, found)
    return (found, second)

flow worker(n: int, found: list):
    one = ident(n)
    if n > 0:
        return helper(n - 1)
    return (one, n, found)
