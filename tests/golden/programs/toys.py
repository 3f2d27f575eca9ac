"""Tasks for the golden programs: they return at once, wait, or fail in a known way."""

import asyncio

import cascade as cs

_attempts: dict[str, int] = {}


@cs.task(mode="inline")
def double(n: int) -> int:
    """Twice a number."""
    return 2 * n


@cs.task(mode="inline")
def keywords(*values: object, **named: object) -> str:
    """What it was called with, as text."""
    return f"{values} {named}"


@cs.task
async def after(seconds: float, value: object) -> object:
    """A value, some time later."""
    await asyncio.sleep(seconds)
    return value


@cs.task(mode="inline")
def unsteady(name: str, failures: int) -> str:
    """Fails with `ConnectionError` so many times for each name, then gives the number of the attempt."""
    _attempts[name] = _attempts.get(name, 0) + 1
    if _attempts[name] <= failures:
        raise ConnectionError(f"attempt {_attempts[name]} of {name}")
    return f"{name} at attempt {_attempts.pop(name)}"
