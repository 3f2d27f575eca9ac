"""The tasks of the benchmarks, and the functions that they are made of: both are called, these by the plain side.

`hide_source` makes of a function one that can not be compiled from its source, with the very same code: what a call of a task
costs then.
"""

from __future__ import annotations

import asyncio
from types import FunctionType
from typing import TYPE_CHECKING, Any

from cascade.routing import Jump, TailCall
from cascade.tasks import task

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "add_one", "add_one_async", "count", "count_opaque", "hide_source", "nap", "noop", "pass_on", "step", "step_async",
]  # fmt: skip


def hide_source(fn: Any) -> Any:
    """The same function, from a file that is not there."""
    code = fn.__code__.replace(co_filename="<no source>")
    hidden = FunctionType(code, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)
    hidden.__qualname__, hidden.__module__ = fn.__qualname__, fn.__module__
    return hidden


def _opaque(fn: Callable[..., Any], name: str) -> Any:
    return task(name=f"{__name__}:{name}")(hide_source(fn))


@task
def count(n: int) -> object:
    """The count-down of the published script: a task that says to start again."""
    if n <= 0:
        return "done"
    return TailCall(kwargs={"n": n - 1})


@task
def add_one(n: int) -> int:
    """A step that only computes."""
    return n + 1


@task
async def add_one_async(n: int) -> int:
    """The same, where it could wait and does not."""
    return n + 1


@task
async def nap(n: int) -> int:
    """Wait for a turn of the event loop."""
    await asyncio.sleep(0)
    return n


# --- those of the published script -----------------------------------------------------------------------------------------


@task
def noop(_dummy: object = None) -> str:
    """A task that does nothing."""
    return "done"


@task
def pass_on(n: int) -> int:
    """One that does nothing, but that the turn needs."""
    return n


@task
def step(n: int, _structure: object = None) -> object:
    """A turn of a loop by jumps."""
    if n <= 0:
        return Jump(target_key="exit", data="done")
    return Jump(target_key="loop", data=n - 1)


@task
async def step_async(n: int) -> object:
    """A turn of a loop by jumps, async."""
    if n <= 0:
        return Jump(target_key="exit", data="done")
    return Jump(target_key="loop", data=n - 1)


count_opaque: Any = _opaque(count.fn, "count_opaque")
add_one_opaque: Any = _opaque(add_one.fn, "add_one_opaque")
