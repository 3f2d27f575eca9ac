"""Flows written in Python, and graphs of calls: what a turn, a node and a call cost, and how that grows.

    python benchmarks/python_in.py

Ratios in one process: to the same Python called plainly, to the same program written as `.csc`, to ten times fewer nodes. Goals
are set where a growth or an equality is claimed; what a turn costs is shown.
"""

from __future__ import annotations

import asyncio
import linecache
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from figures import Figure, exit_status, medians, seconds, show

import cascade as cs

TURNS = 100_000
NODES = 10_000
ROUNDS = 7
CSC = """\
flow countdown(n: int):
    while n > 0:
        n -= 1
    return "done"
"""
PYTHON = """\
import cascade as cs


@cs.flow
def countdown(n: int):
    while n > 0:
        n -= 1
    return "done"
"""


def plain_loop(n: int) -> str:
    while n > 0:
        n -= 1
    return "done"


@cs.task(mode="inline")
def step(n: int) -> object:
    return cs.Jump("exit", "done") if n <= 0 else cs.Jump("loop", n - 1)


@cs.task(mode="inline")
def restart(n: int) -> object:
    return "done" if n <= 0 else cs.TailCall(kwargs={"n": n - 1})


@cs.task(mode="inline")
def following(n: int) -> int:
    return n + 1


@cs.task
async def nap(n: int) -> int:
    await asyncio.sleep(0)
    return n


def jump_loop(n: int) -> cs.LazyResult[object]:
    first = step(n)
    cs.bind(first, cs.select_jump({"loop": first, "exit": None}))
    return first


def chain(length: int) -> cs.LazyResult[int]:
    last = following(0)
    for _ in range(length - 1):
        last = following(last)
    return last


def wide(width: int) -> list[cs.LazyResult[int]]:
    return [nap(n) for n in range(width)]


async def wide_by_hand(width: int) -> list[int]:
    return await asyncio.gather(*[nap.fn(n) for n in range(width)])


def python_flow() -> Any:
    """The flow of the text `PYTHON`."""
    file = str(Path(__file__).with_name("<python flow>"))
    linecache.cache[file] = (len(PYTHON), None, PYTHON.splitlines(keepends=True), file)
    names: dict[str, Any] = {}
    exec(compile(PYTHON, file, "exec"), names)
    return names["countdown"]


def csc_flow() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.csc"
        path.write_text(CSC)
        return cs.load(path).countdown


def timed(make: Callable[[], Coroutine[Any, Any, object]]) -> Callable[[], float]:
    """Seconds of what a coroutine does, without the start of the event loop."""

    async def measure() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await make()
        return loop.time() - began

    return lambda: asyncio.run(measure())


async def arun(target: Any) -> object:
    return await cs.arun(target)


def figures() -> list[Figure]:
    ours, csc = python_flow(), csc_flow()
    many = TURNS * 10
    calls = medians(
        {
            "plain loop": lambda: seconds(lambda: plain_loop(many)),
            "python flow": timed(lambda: arun(ours(many))),
            "csc flow": timed(lambda: arun(csc(many))),
            "jump loop": timed(lambda: arun(jump_loop(TURNS))),
            "tail call": timed(lambda: arun(restart(TURNS))),
            "one flow": timed(lambda: _runs(ours, 1_000)),
        },
        ROUNDS,
    )
    short, long = chain(NODES // 10), chain(NODES)
    narrow, broad = wide(NODES // 10), wide(NODES)
    for target in (short, long, narrow, broad):  # a first time: the plan is made
        cs.run(target)
    nodes = medians(
        {
            "short": timed(lambda: arun(short)), "long": timed(lambda: arun(long)),
            "narrow": timed(lambda: arun(narrow)), "broad": timed(lambda: arun(broad)),
            "by hand": timed(lambda: wide_by_hand(NODES)),
        },
        ROUNDS,
    )  # fmt: skip
    return [
        Figure("a loop in a Python flow, against the .csc flow", calls["python flow"] / calls["csc flow"], "x", 1.15),
        Figure("the same, against plain Python", calls["python flow"] / calls["plain loop"], "x plain Python"),
        Figure("turn of a jump loop", 1e6 * calls["jump loop"] / TURNS, "us"),
        Figure("turn of a tail call of a task", 1e6 * calls["tail call"] / TURNS, "us"),
        Figure("run of a small flow inside a loop", 1e3 * calls["one flow"], "us"),
        Figure("a chain of 10,000 nodes, against 1,000", nodes["long"] / nodes["short"], "x", 15),
        Figure("10,000 nodes side by side, against 1,000", nodes["broad"] / nodes["narrow"], "x", 20),
        Figure("the same, against asyncio.gather by hand", nodes["broad"] / nodes["by hand"], "x by hand"),
    ]


async def _runs(flow: Any, times: int) -> None:
    for _ in range(times):
        await cs.arun(flow(1))


if __name__ == "__main__":
    show(result := figures())
    sys.exit(exit_status(result))
