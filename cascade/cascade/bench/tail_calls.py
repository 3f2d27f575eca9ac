"""The count-down of the published script, a task that answers with a tail call: compiled from its source, and called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cascade.bench.figures import Experiment, Rate, Ratio
from cascade.bench.loops import by_hand
from cascade.bench.measuring import timed, timed_async
from cascade.bench.sizes import Sizes
from cascade.bench.tasks import count, count_opaque
from cascade.engine import Engine
from cascade.routing import TailCall

__all__ = ["experiments"]

PUBLISHED = 140_000
"""Tail calls a second of the public implementation, on a machine like CI's."""


def trampoline(fn: Callable[..., object], n: int) -> object:
    """What a tail call is in plain Python."""
    value = fn(n=n)
    while type(value) is TailCall:
        value = fn(*value.args, **value.kwargs)
    return value


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """Compiled from its source against the loop by hand; opaque against a trampoline over the same function."""
    n, m = sizes.countdown, sizes.tail_calls
    engine: Any = Engine()
    yield Experiment(
        f"{n:,} tail calls of a task, compiled from its source",
        {
            "by hand": timed(lambda: by_hand(n), "done"),
            "task": timed_async(lambda: engine.run(count(n=n), use_vm=True), "done"),
        },
        [
            Ratio(
                name="compiled", title="`vm_countdown` compiled from its source", side="task", base="by hand",
                against="the loop by hand", goal=1.1, steps=n, step="tail calls",
            ),
            Rate(
                name="published", title="`vm_countdown` compiled from its source", side="task", steps=n,
                step="tail calls", published=PUBLISHED,
            ),
        ],
    )  # fmt: skip
    yield Experiment(
        f"{m:,} tail calls of a task that is called",
        {
            "trampoline": timed(lambda: trampoline(count_opaque.fn, m), "done"),
            "task": timed_async(lambda: engine.run(count_opaque(n=m), use_vm=True), "done"),
        },
        [
            Ratio(
                name="opaque", title="`vm_countdown` without its source", side="task", base="trampoline",
                against="a trampoline over it", goal=1.3, steps=m, step="tail calls",
            )
        ],
    )  # fmt: skip
