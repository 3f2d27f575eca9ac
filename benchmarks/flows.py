"""10,000 flows of 100 tail calls each, in one event loop, against as many plain coroutines that do the same.

    python benchmarks/flows.py

A step is a turn of the event loop (``sleep 0`` and ``await asyncio.sleep(0)``), so that all of them are alive at once: the
plain coroutine is a loop, as Python has no tail call. Time is a ratio of medians; memory is what is allocated while all are
under way. Shown beside it, without a goal: the same tail calls without a suspension, against coroutines that await each other.
"""

from __future__ import annotations

import asyncio
import sys
import tracemalloc
from collections.abc import Callable, Coroutine
from typing import Any

from figures import Figure, blueprint_of, exit_status, in_fresh_process, medians, seconds, show

FLOWS = 10_000
STEPS = 100
PROGRAM = """\
flow main(n: int):
    if n == 0:
        return "done"
    sleep 0
    return other(n - 1)

flow other(n: int):
    if n == 0:
        return "done"
    sleep 0
    return main(n - 1)
"""

Make = Callable[[], Coroutine[Any, Any, object]]


async def plain(n: int) -> str:
    while n:
        await asyncio.sleep(0)
        n -= 1
    return "done"


async def nested(n: int) -> object:
    return await nested_too(n - 1) if n else "done"


async def nested_too(n: int) -> object:
    return await nested(n - 1) if n else "done"


def make_plain() -> Make:
    return lambda: plain(STEPS)


def make_flow(program: str = PROGRAM) -> Make:
    """Each flow is a run of its own: one machine and one host for all of them."""
    from cascade.host import LocalHost
    from cascade_vm.machine import Machine

    machine = Machine(blueprint_of(program), LocalHost({}))
    return lambda: machine.run(0, [STEPS])


KINDS: dict[str, Callable[[], Make]] = {"plain": make_plain, "flow": make_flow}


async def run_all(make: Make) -> None:
    results = await asyncio.gather(*(make() for _ in range(FLOWS)))
    assert set(results) == {"done"}


async def bytes_under_way(make: Make) -> int:
    """What all of them hold when each has gone half its way."""
    tasks = [asyncio.ensure_future(make()) for _ in range(FLOWS)]
    for _ in range(STEPS // 2):
        await asyncio.sleep(0)
    held = tracemalloc.get_traced_memory()[0]
    assert not any(task.done() for task in tasks)
    await asyncio.gather(*tasks)
    return held


def measure_memory(kind: str) -> int:
    """In this process: bytes held by the flows or coroutines of one kind."""
    make = KINDS[kind]()
    asyncio.run(make())  # what is loaded on first need is not theirs
    tracemalloc.start()
    return asyncio.run(bytes_under_way(make))


def figures() -> list[Figure]:
    makes = {kind: make() for kind, make in KINDS.items()}
    makes["nested"] = lambda: nested(STEPS)
    makes["calls"] = make_flow(PROGRAM.replace("    sleep 0\n", ""))
    times = medians({kind: lambda m=make: seconds(lambda: asyncio.run(run_all(m))) for kind, make in makes.items()}, 3)
    held = {kind: int(in_fresh_process("flows", kind)) / FLOWS / 1024 for kind in KINDS}
    return [
        Figure("10,000 flows of 100 tail calls: time", times["flow"] / times["plain"], "x plain coroutines", 3),
        Figure("the same without suspensions: time", times["calls"] / times["nested"], "x nested coroutines"),
        Figure("10,000 flows: memory of each above a coroutine's", held["flow"] - held["plain"], "KiB", 3),
        Figure("10,000 coroutines: memory of each", held["plain"], "KiB"),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(measure_memory(sys.argv[1]))
    else:
        show(found := figures())
        sys.exit(exit_status(found))
