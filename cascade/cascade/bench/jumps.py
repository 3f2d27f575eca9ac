"""The loops of the published script through `Engine.run`: simple, stable, heavy, and its imperative ground truth.

Nodes are counted truly, by listening to short runs. In the script's heavy loop no turn needs the chain of 21 anew: it runs
once, so that loop is called stable here, and its turns are held against the turns that the public implementation makes of it.
In the heavy loop here all 21 belong to the turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from cascade.bench.figures import Experiment, Rate, Ratio
from cascade.bench.measuring import timed, timed_async
from cascade.bench.sizes import Sizes
from cascade.bench.tasks import noop, pass_on, step, step_async
from cascade.engine import Engine
from cascade.events import CallStarted, Event
from cascade.lazy import LazyResult
from cascade.routing import bind, select_jump
from cascade.runtime import run

__all__ = ["experiments", "nodes_per_turn"]

Loop = Callable[[int], "LazyResult[object]"]
COMPLEXITY = 20
BEST_NODES = 120_000
"""A second, of the public implementation in the script's heavy loop, counting as the script does:"""
SAID_PER_TURN = 21
FASTER = 20
"""Times the public implementation's best, on the machine; on the reference interpreter it is to be as fast."""


def simple(n: int) -> LazyResult[object]:
    """One node a turn."""
    return _bound(first := step(n), first)


def simple_async(n: int) -> LazyResult[object]:
    """One node a turn, async."""
    return _bound(first := step_async(n), first)


def stable(n: int) -> LazyResult[object]:
    """One node a turn, that has a chain of 21 to begin with."""
    chain = noop()
    for _ in range(COMPLEXITY):
        chain = noop(_dummy=chain)
    return _bound(first := step(n, _structure=chain), first)


def heavy(n: int) -> LazyResult[object]:
    """A chain of 21 nodes a turn, the last of which jumps to the first."""
    first = last = pass_on(n)
    for _ in range(COMPLEXITY - 1):
        last = pass_on(last)
    return _bound(step(last), first)


def _bound(last: Any, first: Any) -> LazyResult[object]:
    bind(last, select_jump({"loop": first, "exit": None}))
    return last  # type: ignore[no-any-return]


def nodes_per_turn(loop: Loop) -> int:
    """How many tasks run in a turn: what ten more turns call more."""
    few, many = _calls(loop(5)), _calls(loop(15))
    assert (many - few) % 10 == 0
    return (many - few) // 10


def _calls(target: LazyResult[object]) -> int:
    calls = 0

    def count(event: Event) -> None:
        nonlocal calls
        calls += isinstance(event, CallStarted)

    run(target, listener=count)
    return calls


# --- the same in plain Python --------------------------------------------------------------------------------------------


def simple_by_hand(n: int) -> object:
    """The function of the task, and what its jump says, in a loop."""
    fn: Any = step.fn
    jump = fn(n)
    while jump.target_key == "loop":
        jump = fn(jump.data)
    return jump.data


async def simple_async_by_hand(n: int) -> object:
    """The same with awaits."""
    fn: Any = step_async.fn
    jump = await fn(n)
    while jump.target_key == "loop":
        jump = await fn(jump.data)
    return jump.data


def heavy_by_hand(n: int) -> object:
    """The same with the chain."""
    fn: Any = step.fn
    p = pass_on.fn
    while True:
        n = p(p(p(p(p(p(p(p(p(p(p(p(p(p(p(p(p(p(p(p(n))))))))))))))))))))
        jump = fn(n)
        if jump.target_key != "loop":
            return jump.data
        n = jump.data


async def ground_truth(n: int) -> str:
    """The script's raw Python: a turn of the event loop for each turn."""
    while n > 0:
        n -= 1
        await asyncio.sleep(0)
    return "done"


# --- figures -------------------------------------------------------------------------------------------------------------


class Shape(NamedTuple):
    """A loop, what it is in plain Python, and what the public implementation makes of it at best, in steps a second."""

    name: str
    loop: Loop
    base: Callable[[int], Any]
    published: float
    step: str = "turns"


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """The loops on the machine and on the reference interpreter."""
    for shape in (
        Shape("simple", simple, simple_by_hand, 10_000),
        Shape("simple async", simple_async, simple_async_by_hand, 83_000),
        Shape("stable", stable, simple_by_hand, BEST_NODES / SAID_PER_TURN),
        Shape("heavy", heavy, heavy_by_hand, BEST_NODES, "nodes"),
    ):
        yield _loop(shape, sizes.jump_turns, sizes.reference_turns)
    turns = sizes.jump_turns
    yield Experiment(
        f"{turns:,} turns of `asyncio.sleep(0)`",
        {
            "ground truth": timed_async(lambda: ground_truth(turns), "done"),
            "simple": timed_async(lambda: Engine().run(simple(turns)), "done"),
        },
        [
            Ratio(
                name="ground truth", title="simple jump loop", side="simple", base="ground truth",
                against="the script's ground truth", steps=turns,
            )
        ],
    )  # fmt: skip


def _loop(shape: Shape, turns: int, few: int) -> Experiment:
    engine = Engine()
    many, short = shape.loop(turns), shape.loop(few)
    plain = timed_async if iscoroutinefunction(shape.base) else timed
    nodes = nodes_per_turn(shape.loop)
    title = f"{shape.name} jump loop, {nodes} {'node' if nodes == 1 else 'nodes'} a turn"
    per_turn = nodes if shape.step == "nodes" else 1
    return Experiment(
        f"{title}, {turns:,} turns",
        {
            "plain": plain(lambda: shape.base(turns), "done"),
            "machine": timed_async(lambda: engine.run(many), "done"),
            "plain, few": plain(lambda: shape.base(few), "done"),
            "reference": timed_async(lambda: engine.run(short, use_vm=False), "done"),
        },
        [
            Rate(
                name=shape.name, title=title, side="machine", steps=turns * per_turn, step=shape.step,
                published=shape.published, goal=FASTER, base="plain",
            ),
            Ratio(
                name=f"{shape.name}, plain", title=title, side="machine", base="plain",
                against="its tasks in a plain loop",
            ),
            Rate(
                name=f"{shape.name}, reference", title=f"{title}, `use_vm=False`", side="reference",
                steps=few * per_turn, step=shape.step, published=shape.published, base="plain, few",
                goal=1,
            ),
        ],
    )  # fmt: skip
