"""What running many at a time costs above the machine and above asyncio: strands, and the layers around a run.

    python benchmarks/concurrency.py

`cascade bench many` has the figures of whole programs. Here are the parts: strands of coroutines against tasks by hand, and
`cascade.arun` against `Machine.run` of the same flow. Memory is what is allocated while all sleep.
"""

from __future__ import annotations

import asyncio
import sys
import tracemalloc
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

from figures import Figure, exit_status, in_fresh_process, medians, seconds, show

import cascade as cs

Make = Callable[[int], Coroutine[Any, Any, object]]

FAN_OUT = 1_000
TIMES = 30
ITEMS = 100_000
AT_A_TIME = 100
SLEEPERS = 20_000
RUNS = 20_000
FLOWS = 1_000
STEPS = 100


@cs.flow
def sleeps(n: int) -> int:
    cs.sleep(3600)
    return n


@cs.flow
def gives(n: int) -> int:
    return n


@cs.flow
def steps(n: int) -> int:
    while n:
        cs.sleep(0)
        n -= 1
    return n


async def sleeps_by_hand(n: int) -> int:
    await asyncio.sleep(3600)
    return n


async def pauses(n: int) -> int:
    await asyncio.sleep(0)
    return n


def on_machine(flow: Any) -> Make:
    """Each run of the flow on one machine with one host, and with an image of their own."""
    from cascade.host import LocalHost
    from cascade_vm.machine import Machine

    machine, index = Machine(flow.material.blueprint, LocalHost({})), flow.current.flow.index
    return lambda n: machine.run(index, (n,))


def as_run(flow: Any) -> Make:
    return lambda n: cs.arun(flow(n))


# --- strands -------------------------------------------------------------------------------------------------------------


async def again(main: Callable[[], Coroutine[Any, Any, object]]) -> None:
    for _ in range(TIMES):
        await main()


async def fan_out_by_hand() -> list[int]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(pauses(n)) for n in range(FAN_OUT)]
    return [task.result() for task in tasks]


async def fan_out() -> list[object]:
    from cascade.strands import gather

    return await gather([partial(pauses, n) for n in range(FAN_OUT)])


async def some_at_a_time_by_hand() -> list[int]:
    """A task for each item, as strands are, and a semaphore that keeps the next from being made."""
    free = asyncio.Semaphore(AT_A_TIME)
    results = [0] * ITEMS

    async def work(n: int) -> None:
        try:
            results[n] = await pauses(n)
        finally:
            free.release()

    async with asyncio.TaskGroup() as group:
        for n in range(ITEMS):
            await free.acquire()
            group.create_task(work(n))
    return results


async def some_at_a_time() -> list[object]:
    from cascade.strands import gather

    return await gather((partial(pauses, n) for n in range(ITEMS)), AT_A_TIME)


# --- runs ----------------------------------------------------------------------------------------------------------------


async def one_after_the_other(make: Make) -> None:
    for n in range(RUNS):
        await make(n)


async def side_by_side(make: Make) -> None:
    await asyncio.gather(*(make(STEPS) for _ in range(FLOWS)))


async def asleep(make: Make) -> list[asyncio.Task[object]]:
    tasks = [asyncio.ensure_future(make(n)) for n in range(SLEEPERS)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def cancelled(make: Make) -> None:
    tasks = await asleep(make)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


KINDS: dict[str, Callable[[], Make]] = {
    "plain": lambda: sleeps_by_hand,
    "machine": lambda: on_machine(sleeps),
    "run": lambda: as_run(sleeps),
}


async def _held(make: Make) -> int:
    task = asyncio.ensure_future(make(0))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])  # what is loaded on first need is not theirs
    tracemalloc.start()
    await asleep(make)
    return tracemalloc.get_traced_memory()[0]


def _pairs() -> Iterator[tuple[str, Callable[[], Coroutine[Any, Any, object]]]]:
    yield "fan-out by hand", partial(again, fan_out_by_hand)
    yield "fan-out", partial(again, fan_out)
    yield "items by hand", some_at_a_time_by_hand
    yield "items", some_at_a_time
    for kind, made in (("machine", on_machine), ("run", as_run)):
        yield f"{kind} gives", partial(one_after_the_other, made(gives))
        yield f"{kind} steps", partial(side_by_side, made(steps))
    for kind, make in KINDS.items():
        yield f"{kind} sleeps", partial(cancelled, make())


def figures() -> list[Figure]:
    times = medians({name: partial(seconds, partial(_run, main)) for name, main in _pairs()}, 5)
    held = {kind: int(in_fresh_process("concurrency", kind)) / SLEEPERS / 1024 for kind in KINDS}
    above = (times["run gives"] - times["machine gives"]) / RUNS * 1e6
    return [
        Figure("fan-out of 1,000 strands: time", times["fan-out"] / times["fan-out by hand"], "x TaskGroup", 1.1),
        Figure("100,000 strands, 100 at a time: time", times["items"] / times["items by hand"], "x by hand", 1.1),
        Figure("a run, above the machine: time", above, "us"),
        Figure("1,000 runs of 100 steps: time", times["run steps"] / times["machine steps"], "x the machine", 1.15),
        Figure("20,000 begun and cancelled: machine", times["machine sleeps"] / times["plain sleeps"], "x plain tasks"),
        Figure("20,000 begun and cancelled: runs", times["run sleeps"] / times["plain sleeps"], "x plain tasks"),
        Figure("a run asleep, above the machine: memory", held["run"] - held["machine"], "KiB", 0.5),
        Figure("a run asleep, in all: memory", held["run"], "KiB"),
    ]


def _run(main: Callable[[], Coroutine[Any, Any, object]]) -> None:
    asyncio.run(main())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(asyncio.run(_held(KINDS[sys.argv[1]]())))
    else:
        show(found := figures())
        sys.exit(exit_status(found))
