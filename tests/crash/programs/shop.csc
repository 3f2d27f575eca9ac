"""Programs in the language that are killed."""

from work import add, add_later, append, flaky, never, refuse, square_soon

flow limited(count: int) -> list:
    """Some of many at a time."""
    found = parallel [square_soon(n) for n in range(count)] limit 8
    return [sum(found), len(found), found[-1]]

flow many(count: int) -> list:
    """All at once, each in two steps."""
    found = parallel [two_steps(n) for n in range(count)]
    return [sum(found), len(found), found[-1]]

flow two_steps(n: int) -> int:
    first = add(n, 1)
    return add_later(first, n)

flow order(items: list) -> dict:
    """A machine of states, with all that the language has."""
    seen = {"retries": [], "turns": 0}

    state begin(left: int = 2):
        seen["turns"] = add(seen["turns"], 1)
        append(items, left)
        if left > 0:
            jump begin(left - 1)
        jump try_again()

    state try_again():
        seen["retries"].append((flaky("a", 2) with retry(3, backoff=1.5)))
        try:
            never("b") with timeout(20ms)
        except TimeoutError as error:
            append(items, "late")
        finally:
            append(items, "finally")
        jump side()

    state side():
        sleep 5ms
        parallel:
            one = add_later(1, 1)
            two = add(2, 2)
            three = square_soon(3)
        jump close(one, two, three)

    state close(one: int, two: int, three: int):
        try:
            wait "nothing" timeout 10ms
        except TimeoutError as error:
            append(items, "no signal")
        try:
            refuse("tea")
        except Exception as error:
            append(items, "refused")
        return {"sum": one + two + three, "seen": seen, "items": items}
