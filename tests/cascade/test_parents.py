"""Runs and branches that tell their parent what they come to: in tier 0, in generated code from their first step on, and after
they have left that. All of them end as a coroutine around them would have ended."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from cascade.testing import run_virtual

import cascade as cs

LOG: list[str] = []
OFTEN = 300
"""Runs after which there is generated code."""


class MarkError(LookupError):
    """One that a weak reference can be made to."""


@cs.task(name="tests_parents:rest")
async def rest(n: int) -> int:
    await asyncio.sleep(n)
    return n


@cs.task(name="tests_parents:note", mode="inline")
def note(what: str) -> None:
    LOG.append(what)


@cs.task(name="tests_parents:raise_error")
async def raise_error(n: int) -> None:
    if n:
        await asyncio.sleep(n)
    raise MarkError(n)


@cs.task(name="tests_parents:hop")
async def hop(n: int) -> object:
    if n:
        await asyncio.sleep(n)
    return cs.TailCall(target="tests_parents:rest", kwargs={"n": n})


@cs.task(name="tests_parents:cancel_self", mode="inline")
def cancel_self() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


@cs.flow
def cleans_up(seconds: float) -> str:
    try:
        cs.sleep(seconds)
    finally:
        note("clean")
        rest(1)
        note("up")
    return "done"


@cs.flow
def fails(n: int) -> object:
    return raise_error(n)


@cs.flow
def goes_on(n: int) -> object:
    return hop(n)


@cs.flow
def computes_and_waits(n: int) -> int:
    while n:
        n -= 1
    cs.sleep(60)
    return n


@cs.flow
def ends_cancelled() -> str:
    cancel_self()
    return "done"


@cs.flow
def side_by_side(seconds: float) -> object:
    return cs.gather(cleans_up(seconds), cleans_up(seconds))


@cs.flow
def one_fails(n: int) -> object:
    return cs.gather(cleans_up(60), fails(n))


@pytest.fixture(params=["cold", "hot"])
def engine(request: pytest.FixtureRequest) -> Callable[[Callable[[], Any]], cs.Engine]:
    """Gives an engine: in one case it has generated code for a flow, that it has run often; in the other it never has."""

    def made(often: Callable[[], Any]) -> cs.Engine:
        engine = cs.Engine(codegen=request.param == "hot")

        async def main() -> None:
            for _ in range(OFTEN if request.param == "hot" else 0):
                await asyncio.gather(engine.run(often()), return_exceptions=True)

        run_virtual(main())
        LOG.clear()
        return engine

    return made


Made = Callable[[Callable[[], Any]], cs.Engine]


@pytest.mark.parametrize("rounds", range(4))
@pytest.mark.parametrize("flow", [cleans_up, side_by_side])
def test_cancellation_reaches_it_wherever_it_is(engine: Made, rounds: int, flow: Callable[[float], Any]) -> None:
    """Before its first step nothing of it runs; later its ``finally`` does, and it ends as cancelled when that is done."""
    under_test = engine(lambda: flow(0))

    async def main() -> None:
        task = asyncio.ensure_future(under_test.run(flow(60)))
        for _ in range(rounds):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert asyncio.get_running_loop().time() <= 1

    run_virtual(main())
    begun = (2 if flow is side_by_side else 1) if rounds else 0
    told = ["clean"] * begun + ["up"] * begun
    assert told == LOG


@pytest.mark.parametrize("flow", [cleans_up, side_by_side])
def test_a_second_cancellation_interrupts_the_clean_up(engine: Made, flow: Callable[[float], Any]) -> None:
    """As it does in a coroutine."""
    under_test = engine(lambda: flow(0))

    async def main() -> None:
        task = asyncio.ensure_future(under_test.run(flow(60)))
        for _ in range(2):
            await asyncio.sleep(0.25)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.get_running_loop().time() <= 0.5

    run_virtual(main())
    assert set(LOG) == {"clean"}


def test_a_deadline_reaches_it(engine: Made) -> None:
    """A cancellation that somebody asked for is theirs."""
    under_test = engine(lambda: cleans_up(0))

    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await under_test.run(cleans_up(60))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 6


@pytest.mark.parametrize("n", [0, 1])
def test_the_first_error_ends_its_siblings(engine: Made, n: int) -> None:
    """It is raised as itself when they have cleaned up, whether the branch waited for anything or not."""
    under_test = engine(lambda: one_fails(0))

    async def main() -> None:
        with pytest.raises(LookupError) as caught:
            await under_test.run(one_fails(n))
        assert caught.value.args == (n,)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_virtual(main())
    assert LOG in ([], ["clean", "up"])


@pytest.mark.parametrize("n", [0, 1])
def test_its_error_is_held_by_nobody(engine: Made, n: int) -> None:
    """It goes without the collector of cycles."""
    under_test = engine(lambda: fails(0))

    async def main() -> weakref.ref[BaseException]:
        try:
            await under_test.run(fails(n))
        except MarkError as error:
            return weakref.ref(error)
        raise AssertionError

    gc.collect()
    gc.disable()
    try:
        assert run_virtual(main())() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("by", ["await", "task", "send"])
@pytest.mark.parametrize("n", [0, 1])
def test_a_tail_call_goes_on_as_another_program(engine: Made, n: int, by: str) -> None:
    """In its first step and later, whoever drives it; and cancellation reaches what it goes on as."""
    under_test = engine(lambda: goes_on(0))

    async def driven() -> object:
        run = under_test.run(goes_on(n))
        if by == "await":
            return await run
        if by == "task":
            return await asyncio.ensure_future(run)

        class Steps:
            def __await__(self) -> Any:
                try:
                    while True:
                        future = run.send(None)
                        if future is not None:
                            future._asyncio_future_blocking = True
                        yield future
                except StopIteration as stop:
                    return stop.value

        return await Steps()

    assert run_virtual(driven()) == n

    async def cancelled() -> None:
        task = asyncio.ensure_future(under_test.run(goes_on(5)))
        await asyncio.sleep(7)  # in the program that it goes on as
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(cancelled())


def test_a_run_that_goes_on_is_used_once(engine: Made) -> None:
    """A second use is a mistake, as with any coroutine."""
    under_test = engine(lambda: goes_on(0))
    for n in (0, 1):
        run = under_test.run(goes_on(n))
        assert run_virtual(run) == n
        with pytest.raises(RuntimeError, match="cannot reuse"):
            run_virtual(run)


def test_code_that_was_left_is_told_of_too(engine: Made) -> None:
    """A run whose slice of time was over goes on outside of what it began in."""
    under_test = engine(lambda: computes_and_waits(100))

    async def main() -> object:
        task = asyncio.ensure_future(under_test.run(computes_and_waits(400_000)))
        other = asyncio.ensure_future(under_test.run(computes_and_waits(400_000)))
        await asyncio.sleep(30)
        other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await other
        return await task

    assert run_virtual(main()) == 0


def test_one_that_cancels_itself_in_its_last_step(engine: Made) -> None:
    """As a branch it ends as cancelled: nobody would see its value."""
    both = cs.flow(_both)
    under_test = engine(lambda: both())
    with pytest.raises(asyncio.CancelledError):
        run_virtual(under_test.run(both()))


def _both() -> object:
    return cs.gather(ends_cancelled(), rest(5))


def test_one_that_is_never_awaited_says_so() -> None:
    """As coroutines do."""

    def forget() -> None:
        cs.arun(cleans_up(1))
        gc.collect()

    with pytest.warns(RuntimeWarning, match="never awaited"):
        forget()


def test_what_can_not_begin_says_so_when_it_is_awaited() -> None:
    """Not when it is written down."""

    @cs.flow
    def built_late() -> object:
        return no_such_name  # type: ignore[name-defined]  # noqa: F821

    call = built_late()
    run = cs.arun(call)
    with pytest.raises(Exception, match="no_such_name"):
        run_virtual(run)
