"""How late a timer of 10 ms is while a flow computes without end, in the same event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import Any

from cascade.bench.figures import Amount, Experiment, Measure
from cascade.bench.measuring import programs
from cascade.bench.sizes import Sizes
from cascade.bench.tasks import add_one_opaque
from cascade.flows import flow
from cascade.runtime import arun

__all__ = ["experiments"]

TICK = 0.01
NEGLIGIBLE = 3.0
called: Any = add_one_opaque


@flow
def busy_calls() -> None:
    """Call a task for ever."""
    n = 0
    while True:
        n = called(n)


async def lateness(busy: Callable[[], Any] | None, ticks: int) -> list[float]:
    """By how many milliseconds each tick was late."""
    running = asyncio.ensure_future(arun(busy())) if busy is not None else None
    await asyncio.sleep(TICK)
    late = []
    for _ in range(ticks):
        began = perf_counter()
        await asyncio.sleep(TICK)
        late.append(1000 * (perf_counter() - began - TICK))
    if running is not None:
        assert not running.done()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    return late


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """With nothing beside the timer, with a loop, and with a loop that calls a task."""
    busy: dict[str, tuple[str, Callable[[], Any] | None]] = {
        "idle": ("beside nothing", None),
        "loop": ("beside a flow that computes", programs().busy),
        "calls": ("beside a flow that calls a task", busy_calls),
    }

    def side(make: Callable[[], Any] | None, chosen: Callable[[list[float]], float]) -> Measure:
        return lambda: chosen(asyncio.run(lateness(make, sizes.ticks)))

    sides: dict[str, Measure] = {}
    figures = []
    for name, (title, make) in busy.items():
        sides |= {f"{name}, median": side(make, median), f"{name}, worst": side(make, max)}
        figures += [
            Amount(
                name=f"{name} median", title=f"lateness of a 10 ms timer {title}: median", side=f"{name}, median", unit="ms",
                goal=None if make is None else 5, negligible=NEGLIGIBLE,
            ),
            Amount(
                name=f"{name} worst", title=f"lateness of a 10 ms timer {title}: worst", side=f"{name}, worst", unit="ms",
                goal=None if make is None else 25, negligible=10, worst=True,
            ),
        ]  # fmt: skip
    yield Experiment(f"{sizes.ticks} ticks of a timer", sides, figures, unit="ms", warm=False)
