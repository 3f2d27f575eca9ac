"""The programs of `cascade bench`."""

from cascade.bench.tasks import nap

flow count_in_loop(n: int) -> str:
    """A count-down in a `loop`."""
    loop:
        if n <= 0:
            return "done"
        n -= 1

flow count_in_states(n: int) -> str:
    """A count-down by a state that jumps to itself."""
    state counting(left: int = n):
        if left <= 0:
            return "done"
        jump counting(left - 1)

flow ping(n: int) -> str:
    """Tail calls to and fro; each gives the others a turn."""
    if n == 0:
        return "done"
    sleep 0
    return pong(n - 1)

flow pong(n: int) -> str:
    """The other half of it."""
    if n == 0:
        return "done"
    sleep 0
    return ping(n - 1)

flow ping_at_once(n: int) -> str:
    """The same without a turn for the others."""
    if n == 0:
        return "done"
    return pong_at_once(n - 1)

flow pong_at_once(n: int) -> str:
    """The other half of it."""
    if n == 0:
        return "done"
    return ping_at_once(n - 1)

flow asleep():
    """Sleep for longer than any benchmark takes."""
    sleep 1h

flow naps(count: int) -> list:
    """Tasks that suspend, side by side."""
    return parallel [nap(number) for number in range(count)]

flow busy():
    """Compute for ever."""
    turns = 0
    loop:
        turns += 1
