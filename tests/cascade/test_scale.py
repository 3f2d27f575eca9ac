"""Very many at a time: what is in flight, what each holds, what is left when all have been cancelled. Counts, no times."""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cascade.strands import gather, weave
from cascade.testing import run_virtual

import cascade as cs

Make = Callable[[int], Coroutine[Any, Any, object]]

MANY = 20_000
ASLEEP = 5_000
LIMIT = 50
PROGRAM = f"""\
from tests_scale import step

flow each(n: int):
    return parallel [step(item) for item in range(n)] limit {LIMIT}

flow block():
    parallel limit 2:
        a = step(1)
        b = step(2)
        c = step(3)
        d = step(4)
        e = step(5)
    return [a, b, c, d, e]

flow asleep(n: int):
    return parallel [nap(item) for item in range(n)]

flow nap(n: int):
    sleep 1h
    return n
"""


class Flight:
    """How many calls were under way at a time, and how many tasks the event loop had."""

    def __init__(self) -> None:
        self.now = self.most = self.most_tasks = self.calls = 0

    async def step(self, n: int) -> int:
        self.now += 1
        self.calls += 1
        self.most = max(self.most, self.now)
        if self.calls % 100 == 0:
            self.most_tasks = max(self.most_tasks, len(asyncio.all_tasks()))
        await asyncio.sleep(n % 3)
        self.now -= 1
        return n


@pytest.fixture
def flight() -> Flight:
    return Flight()


@pytest.fixture
def program(tmp_path: Path, flight: Flight, monkeypatch: pytest.MonkeyPatch) -> cs.Program:
    module = ModuleType("tests_scale")
    module.step = cs.task(name="tests_scale:step")(flight.step)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tests_scale", module)
    (tmp_path / "scale.csc").write_text(PROGRAM)
    return cs.load(tmp_path / "scale.csc")


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """Says how many bytes are held that were not held before."""
    gc.collect()
    gc.freeze()  # beside all that other tests left, new garbage would seem too little to be looked for
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


@pytest.mark.parametrize("use_vm", [True, False], ids=["machine", "reference"])
def test_a_comprehension_keeps_its_limit_in_flight(program: cs.Program, flight: Flight, use_vm: bool) -> None:
    """Never more calls, and never more tasks of the event loop."""
    many = MANY if use_vm else MANY // 10
    assert run_virtual(cs.arun(program["each"](many), use_vm=use_vm)) == list(range(many))
    assert flight.calls == many
    assert flight.most == LIMIT
    assert flight.most_tasks <= LIMIT + 2


def test_a_block_keeps_its_limit_in_flight(program: cs.Program, flight: Flight) -> None:
    """Branches wait for a place as items do."""
    assert run_virtual(cs.arun(program["block"]())) == [1, 2, 3, 4, 5]
    assert flight.most == 2


def test_many_items_hold_no_more_than_few(flight: Flight) -> None:
    """Above the results themselves: whatever waits for its turn is not made yet."""

    def peak(many: int) -> int:
        run_virtual(gather((partial(flight.step, n % 200) for n in range(100)), LIMIT))
        with traced():
            run_virtual(gather((partial(flight.step, n % 200) for n in range(many)), LIMIT))
            return tracemalloc.get_traced_memory()[1]

    few, many = peak(1_000), peak(50_000)
    assert many - few < 50_000 * 8 * 1.3  # the list of results
    assert flight.most == LIMIT


def test_branches_that_wait_for_others_are_not_made(flight: Flight) -> None:
    """Of many in a row one is under way; of many beside each other the limit."""
    one_by_one: list[Any] = [lambda results, n=n: flight.step(n) for n in range(5_000)]
    assert run_virtual(weave(one_by_one, [(n - 1,) if n else () for n in range(5_000)])) == list(range(5_000))
    assert (flight.most, flight.most_tasks) == (1, 2)
    run_virtual(weave(one_by_one, [() if n < 2_500 else (n - 2_500,) for n in range(5_000)], LIMIT))
    assert flight.most == LIMIT
    assert flight.most_tasks <= LIMIT + 1


# --- asleep --------------------------------------------------------------------------------------------------------------


@cs.flow
def sleeps(n: int) -> int:
    cs.sleep(3600)
    return n


async def coroutine(n: int) -> int:
    await asyncio.sleep(3600)
    return n


async def begin(make: Make, many: int) -> list[asyncio.Task[object]]:
    tasks = [asyncio.ensure_future(make(n)) for n in range(many)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def cancel(tasks: list[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.cancelled() for task in tasks)


def held_by(make: Make) -> float:
    """Bytes for each of many that sleep."""

    async def main() -> float:
        await cancel(await begin(make, 3))
        with traced() as held:
            tasks = await begin(make, ASLEEP)
            each = held() / ASLEEP
            await cancel(tasks)
        return each

    return run_virtual(main())


def test_a_flow_that_sleeps_holds_little() -> None:
    """At most two KiB above a coroutine that does the same, with its task and its timer."""
    plain, flow = held_by(coroutine), held_by(lambda n: cs.arun(sleeps(n)))
    assert flow < plain + 2048


def test_a_strand_that_sleeps_holds_little(program: cs.Program) -> None:
    """Nor does a branch of a flow."""

    async def main() -> float:
        await cancel(await begin(lambda n: cs.arun(program["asleep"](3)), 1))
        with traced() as held:
            tasks = await begin(lambda n: cs.arun(program["asleep"](ASLEEP)), 1)
            each = held() / ASLEEP
            await cancel(tasks)
        return each

    assert run_virtual(main()) < held_by(coroutine) + 2048


@pytest.mark.parametrize("parent", [False, True], ids=["runs", "strands"])
def test_cancelling_all_of_them_leaves_nothing_behind(program: cs.Program, parent: bool) -> None:
    """One cancellation of the parent, or one for each run: all end, in no time, and what they held is free without the help of
    the collector of cycles."""

    async def main() -> float:
        make: Make = lambda n: cs.arun(program["asleep"](ASLEEP) if parent else sleeps(n))  # noqa: E731
        await cancel(await begin(make, 2))
        with traced() as held:
            before = held()
            tasks = await begin(make, 1 if parent else ASLEEP)
            assert len(asyncio.all_tasks()) == ASLEEP + 1 + parent
            gc.disable()
            await cancel(tasks)
            del tasks
            await asyncio.sleep(0)  # cancelled timers go with the round after
            assert len(asyncio.all_tasks()) == 1
            return (held() - before) / ASLEEP

    try:
        assert run_virtual(main()) < 300  # tables that have grown stay so
    finally:
        gc.enable()


def test_strands_that_others_cancel_before_they_begin() -> None:
    """Whoever cancels all tasks of the loop, twice: the parent hears of each of them."""

    async def strand() -> None:
        raise AssertionError

    async def main() -> None:
        parent = asyncio.ensure_future(gather([strand] * 100))

        def cancel_strands() -> None:
            for task in asyncio.all_tasks() - {parent, mine}:
                task.cancel()
                task.cancel()

        mine = asyncio.current_task()
        asyncio.get_running_loop().call_soon(cancel_strands)
        await asyncio.wait([parent])
        assert parent.cancelled()

    run_virtual(main())


def test_strands_begin_in_the_context_of_their_parent() -> None:
    """Also those that take the place of another, whatever that one set."""
    variable: ContextVar[str] = ContextVar("variable")

    async def strand(n: int) -> str:
        found = variable.get()
        variable.set(f"of {n}")
        await asyncio.sleep(n % 2)
        return found

    async def main() -> object:
        variable.set("of the parent")
        return await gather((partial(strand, n) for n in range(20)), 3)

    assert run_virtual(main()) == ["of the parent"] * 20


def test_a_factory_of_tasks_is_used() -> None:
    """Strands are what the event loop makes of coroutines; also where tasks begin at once."""
    made: list[str] = []

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        made.append(coroutine.__name__)
        return asyncio.Task(coroutine, loop=loop, **options)

    async def strand(n: int) -> int:
        if n % 2:
            await asyncio.sleep(1)
        return n

    async def main(factory: Any) -> None:
        asyncio.get_running_loop().set_task_factory(factory)
        for limit in (None, 3):
            assert await gather((partial(strand, n) for n in range(20)), limit) == list(range(20))
        parent = asyncio.ensure_future(gather([partial(strand, 1)] * 20))
        asyncio.get_running_loop().call_soon(parent.cancel)
        await asyncio.wait([parent])
        assert parent.cancelled()

    run_virtual(main(factory))
    assert made.count("_strand") == 60
    if sys.version_info >= (3, 12):
        run_virtual(main(asyncio.eager_task_factory))


def test_a_strand_that_cancels_itself_in_its_last_step() -> None:
    """As with any task, it is cancelled then, whatever it gave."""

    async def strand() -> str:
        current = asyncio.current_task()
        assert current is not None
        current.cancel()
        return "given"

    async def main() -> None:
        with pytest.raises(asyncio.CancelledError):
            await gather([strand])

    run_virtual(main())
