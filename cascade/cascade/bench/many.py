"""Many at a time: flows that take turns, flows that sleep, and tasks side by side; time, and memory of each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from cascade.bench.figures import Amount, Experiment, Measure, Ratio
from cascade.bench.measuring import programs, said_by, timed_async
from cascade.bench.sizes import Sizes
from cascade.bench.tasks import nap
from cascade.flow_words import gather
from cascade.flows import flow
from cascade.runtime import arun

__all__ = ["KINDS", "experiments"]

Make = Callable[[int], Coroutine[Any, Any, object]]
HOUR = 3600
KIB = 1024
REPEATED = 5
"""Fan-outs in a sample."""
nap_of: Any = nap


async def plain_turns(n: int) -> str:
    """A coroutine that gives the others a turn each time."""
    while n:
        await asyncio.sleep(0)
        n -= 1
    return "done"


async def plain_calls(n: int) -> object:
    """Coroutines that await each other and give nobody a turn: Python has no tail call."""
    return await plain_calls(n - 1) if n else "done"


async def plain_sleep(_: int) -> None:
    """A coroutine that sleeps."""
    await asyncio.sleep(HOUR)


KINDS: dict[str, Make] = {
    "coroutines": plain_turns,
    "flows": lambda n: arun(programs().ping(n)),
    "sleeping coroutines": plain_sleep,
    "sleeping flows": lambda _: arun(programs().asleep()),
}
"""What `cascade.bench.held` weighs."""


async def all_of(make: Make, count: int, steps: int) -> object:
    """What all of them give."""
    return set(await asyncio.gather(*(make(steps) for _ in range(count))))


async def start_and_cancel(make: Make, count: int) -> int:
    """Start all, let each come to where it sleeps, cancel all. Gives how many were cancelled."""
    tasks = [asyncio.ensure_future(make(0)) for _ in range(count)]
    for _ in range(3):
        await asyncio.sleep(0)
    for each in tasks:
        each.cancel()
    await asyncio.wait(tasks)
    return sum(each.cancelled() for each in tasks)


async def fan_out_by_hand(count: int) -> list[int]:
    """What `asyncio.TaskGroup` makes of it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(nap.fn(number)) for number in range(count)]
    return [each.result() for each in tasks]


@flow
async def naps(count: int) -> list[int]:
    """The same as a flow in Python."""
    numbers: list[int] = await gather(*[nap_of(number) for number in range(count)])
    return numbers


async def again(make: Callable[[], Any]) -> object:
    """One after the other, for a longer sample."""
    for _ in range(REPEATED):
        value = await make()
    return value


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """Turns, memory, sleepers, fan-out."""
    yield _turns(sizes.flows, sizes.flow_steps)
    yield _weighed(
        "flows", f"{sizes.flows:,} flows of tail calls", "coroutines", sizes.flows,
        Amount(
            name="flow memory", title="memory of a flow of tail calls, above a coroutine's", side="flows",
            without="coroutines", unit="KiB", per=sizes.flows * KIB, goal=1, negligible=0.05,
        ),
    )  # fmt: skip
    yield _sleepers(sizes.sleepers)
    yield _weighed(
        "sleeping flows", f"{sizes.sleepers:,} flows asleep", "sleeping coroutines", sizes.sleepers,
        Amount(
            name="sleeper memory", title="memory of a flow asleep, in all", side="sleeping flows", unit="KiB",
            per=sizes.sleepers * KIB, goal=2.5, negligible=0.05,
        ),
        Amount(
            name="sleeper memory by hand", title="memory of a coroutine asleep, in all", side="sleeping coroutines",
            unit="KiB", per=sizes.sleepers * KIB, negligible=0.05,
        ),
    )  # fmt: skip
    yield _fan_out(sizes.fan_out)


def _turns(flows: int, steps: int) -> Experiment:
    def at_once(n: int) -> Coroutine[Any, Any, object]:
        return arun(programs().ping_at_once(n))

    def side(make: Make) -> Measure:
        return timed_async(lambda: all_of(make, flows, steps), {"done"})

    done = flows * steps
    return Experiment(
        f"{flows:,} flows of {steps} tail calls",
        {
            "coroutines": side(KINDS["coroutines"]),
            "flows": side(KINDS["flows"]),
            "nested coroutines": side(plain_calls),
            "flows at once": side(at_once),
        },
        [
            Ratio(
                name="flows", title=f"{flows:,} flows of {steps} tail calls, taking turns", side="flows", base="coroutines",
                against="plain coroutines", goal=1.3, steps=done, step="tail calls",
            ),
            Ratio(
                name="flows at once", title="the same without turns for the others", side="flows at once",
                base="nested coroutines", against="nested coroutines", steps=done, step="tail calls",
            ),
        ],
    )  # fmt: skip


def _sleepers(count: int) -> Experiment:
    return Experiment(
        f"{count:,} flows started and cancelled",
        {
            "tasks": timed_async(lambda: start_and_cancel(plain_sleep, count), count),
            "flows": timed_async(lambda: start_and_cancel(KINDS["sleeping flows"], count), count),
        },
        [
            Ratio(
                name="sleepers", title=f"{count:,} flows asleep: started and cancelled", side="flows", base="tasks",
                against="plain tasks", goal=2, steps=count, step="flows",
            )
        ],
    )  # fmt: skip


def _weighed(ours: str, title: str, base: str, count: int, *figures: Amount) -> Experiment:
    def side(kind: str) -> Measure:
        return lambda: said_by([sys.executable, "-m", "cascade.bench.held", kind, str(count)])

    return Experiment(f"memory of {title}", {kind: side(kind) for kind in (base, ours)}, figures, unit="bytes", warm=False)


def _fan_out(count: int) -> Experiment:
    gives = list(range(count))
    graph = [nap(number) for number in range(count)]
    forms: dict[str, tuple[str, Callable[[], Any]]] = {
        "csc": ("`parallel` in `.csc`", lambda: arun(programs().naps(count))),
        "flow": ("`cs.gather` in a flow", lambda: arun(naps(count))),
        "graph": ("a graph of calls", lambda: arun(graph)),
    }
    sides = {"TaskGroup": timed_async(lambda: again(lambda: fan_out_by_hand(count)), gives)}
    for form, (_, make) in forms.items():
        sides[form] = timed_async(lambda make=make: again(make), gives)  # type: ignore[misc]
    figures = [
        Ratio(
            name=f"fan-out {form}", title=f"fan-out of {count:,} tasks that suspend: {title}", side=form,
            base="TaskGroup", against="`asyncio.TaskGroup`", goal=1.3, steps=count * REPEATED, step="tasks",
        )
        for form, (title, _) in forms.items()
    ]  # fmt: skip
    return Experiment(f"fan-out of {count:,} tasks", sides, figures)
