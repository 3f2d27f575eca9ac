"""A loop over 21 tasks, each of which needs the one before it, against the same calls in plain Python.

A turn is three rows of seven calls, so that the loop itself is a small part of both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cascade.bench.figures import Experiment, Measure, Ratio
from cascade.bench.measuring import timed, timed_async
from cascade.bench.sizes import Sizes
from cascade.bench.tasks import add_one, add_one_async, add_one_opaque
from cascade.flows import flow
from cascade.runtime import arun

__all__ = ["NODES", "experiments"]

NODES = 21
opaque: Any = add_one_opaque
pure: Any = add_one
late: Any = add_one_async
f, g = opaque.fn, late.fn


def plain_calls(turns: int) -> int:
    """Plain calls of the function."""
    n = 0
    for _ in range(turns):
        n = f(f(f(f(f(f(f(n)))))))
        n = f(f(f(f(f(f(f(n)))))))
        n = f(f(f(f(f(f(f(n)))))))
    return n


@flow
def opaque_calls(turns: int) -> int:
    """Calls of a task that has no source."""
    n = 0
    for _ in range(turns):
        n = opaque(opaque(opaque(opaque(opaque(opaque(opaque(n)))))))
        n = opaque(opaque(opaque(opaque(opaque(opaque(opaque(n)))))))
        n = opaque(opaque(opaque(opaque(opaque(opaque(opaque(n)))))))
    return n


@flow
def pure_calls(turns: int) -> int:
    """Calls of the same task, with its source."""
    n = 0
    for _ in range(turns):
        n = pure(pure(pure(pure(pure(pure(pure(n)))))))
        n = pure(pure(pure(pure(pure(pure(pure(n)))))))
        n = pure(pure(pure(pure(pure(pure(pure(n)))))))
    return n


async def plain_awaits(turns: int) -> int:
    """Plain awaits of the coroutine function."""
    n = 0
    for _ in range(turns):
        n = await g(await g(await g(await g(await g(await g(await g(n)))))))
        n = await g(await g(await g(await g(await g(await g(await g(n)))))))
        n = await g(await g(await g(await g(await g(await g(await g(n)))))))
    return n


@flow
async def async_calls(turns: int) -> int:
    """Calls of an async task that never waits."""
    n = 0
    for _ in range(turns):
        n = await late(await late(await late(await late(await late(await late(await late(n)))))))
        n = await late(await late(await late(await late(await late(await late(await late(n)))))))
        n = await late(await late(await late(await late(await late(await late(await late(n)))))))
    return n


class Kind(NamedTuple):
    """A way to call, and what it is held against."""

    name: str
    title: str
    base: Measure
    flow: Callable[[int], Any]
    against: str
    goal: float


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """Called, compiled, and async."""
    turns = sizes.chain_turns
    gives = turns * NODES
    calls = timed(lambda: plain_calls(turns), gives)
    awaits = timed_async(lambda: plain_awaits(turns), gives)
    for kind in (
        Kind("opaque", "21 sync tasks that are called", calls, opaque_calls, "the plain calls", 1.3),
        Kind("pure", "21 small sync tasks with their source", calls, pure_calls, "the plain calls", 0.5),
        Kind("async", "21 async tasks that do not suspend", awaits, async_calls, "the plain awaits", 1.3),
    ):
        yield Experiment(
            f"{turns:,} turns of {kind.title}",
            {"plain": kind.base, "flow": timed_async(lambda kind=kind: arun(kind.flow(turns)), gives)},  # type: ignore[misc]
            [
                Ratio(
                    name=kind.name, title=kind.title, side="flow", base="plain", against=kind.against, goal=kind.goal,
                    steps=gives, step="nodes",
                )
            ],
        )  # fmt: skip
