"""Structured concurrency: everything that was started has ended."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import pytest
from cascade.strands import check_limit, gather
from cascade.testing import run_virtual
from cascade_vm.errors import BudgetExhausted


async def value(result: object, after: float = 0.0) -> object:
    await asyncio.sleep(after)
    return result


async def error(raised: BaseException, after: float = 0.0) -> object:
    await asyncio.sleep(after)
    raise raised


class Log(list[str]):
    """What strands did, in order."""

    async def strand(self, name: str, seconds: float, cleanup: float = 0.0) -> str:
        self.append(f"{name} starts")
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            await asyncio.sleep(cleanup)
            self.append(f"{name} cancelled")
            raise
        self.append(f"{name} ends")
        return name


def test_results_come_in_order() -> None:
    """The order of results is that of the starts, whatever ends first."""
    assert run_virtual(gather([partial(value, n, 10 - n) for n in range(10)])) == list(range(10))
    assert run_virtual(gather([])) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_limit_holds_and_starts_are_drawn_lazily(limit: int) -> None:
    """Never more than `limit` strands exist, and places are filled as soon as they are free."""
    now = most = drawn = 0

    async def strand(n: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        assert drawn <= n + limit + 1
        await asyncio.sleep(n % 3)
        now -= 1
        return n

    def starts() -> Iterator[Callable[[], Coroutine[Any, Any, object]]]:
        nonlocal drawn
        for n in range(20):
            drawn += 1
            yield partial(strand, n)

    assert run_virtual(gather(starts(), limit)) == list(range(20))
    assert most == min(limit, 20)


def test_many_items_with_a_limit() -> None:
    """100,000 items pass with eight under way."""

    async def double(n: int) -> int:
        return 2 * n

    assert sum(run_virtual(gather((partial(double, n) for n in range(100_000)), 8))) == 2 * sum(range(100_000))  # type: ignore[arg-type]


def test_the_first_error_cancels_the_rest_and_waits_for_them() -> None:
    """It is raised when all have cleaned up, as itself, and no more are started."""
    log = Log()

    async def main() -> float:
        raised = LookupError("first")
        with pytest.raises(LookupError) as caught:
            await gather(
                [
                    partial(log.strand, "a", 100, 5),
                    partial(error, raised, 1),
                    partial(error, ValueError("later"), 1.5),
                    partial(log.strand, "never", 1),
                ],
                3,
            )
        assert caught.value is raised
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 6
    assert log == ["a starts", "a cancelled"]


def test_cancelling_the_parent_cancels_all() -> None:
    """The parent ends as cancelled when all have cleaned up; their errors while doing so do not replace that."""
    log = Log()

    async def bad_cleanup() -> object:
        try:
            return await asyncio.sleep(100)
        finally:
            raise ValueError("in clean-up")

    async def main() -> float:
        parent = asyncio.ensure_future(gather([partial(log.strand, "a", 100, 5), bad_cleanup]))
        await asyncio.sleep(1)
        parent.cancel("enough")
        with pytest.raises(asyncio.CancelledError):
            await parent
        assert parent.cancelled()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 6
    assert log == ["a starts", "a cancelled"]


def test_a_second_cancellation_interrupts_the_cleanup() -> None:
    """Clean-up that takes for ever can be cut short by cancelling again."""

    async def main() -> float:
        parent = asyncio.ensure_future(gather([partial(Log().strand, "a", 100, 5_000)]))
        for _ in range(2):
            await asyncio.sleep(1)
            parent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await parent
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 2


def test_strands_that_had_no_turn_yet_are_cancelled_too() -> None:
    """An error in the first step of the first strand leaves no coroutine of the others behind."""
    started: list[int] = []

    async def strand(n: int) -> None:
        started.append(n)
        if n == 0:
            raise LookupError

    async def main() -> None:
        with pytest.raises(LookupError):
            await gather([partial(strand, n) for n in range(5)])

    run_virtual(main())
    gc.collect()
    assert started[0] == 0


@pytest.mark.parametrize("fatal", [KeyboardInterrupt, SystemExit, lambda: BudgetExhausted("turns", 3)])
def test_an_error_that_ends_the_run_reaches_the_parent(fatal: Callable[[], BaseException]) -> None:
    """It does not tear down the event loop from inside a strand, and outdoes an ordinary error."""
    log = Log()

    async def main() -> None:
        raised = fatal()
        with pytest.raises(type(raised)) as caught:
            await gather([partial(log.strand, "a", 100, 1), partial(error, raised, 1)])
        assert caught.value is raised

        async def cleanup_fails() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                raise raised

        with pytest.raises(type(raised)):
            await gather([cleanup_fails, partial(error, LookupError(), 1)])

    run_virtual(main())
    assert log == ["a starts", "a cancelled"]


def test_a_strand_that_cancels_itself_cancels_the_rest() -> None:
    """A `CancelledError` of a strand's own is an error like any other: nobody waits for ever."""
    log = Log()

    async def main() -> None:
        with pytest.raises(asyncio.CancelledError):
            await gather([partial(log.strand, "a", 100), partial(error, asyncio.CancelledError(), 1)])

    run_virtual(main())
    assert log == ["a starts", "a cancelled"]


def test_an_error_of_the_starts_themselves_is_the_first_error() -> None:
    """When drawing a start fails, what is under way is cancelled."""
    log = Log()

    def starts() -> Iterator[Callable[[], Coroutine[Any, Any, object]]]:
        yield partial(log.strand, "a", 5)
        raise LookupError("no more")

    async def main() -> None:
        with pytest.raises(LookupError, match="no more"):
            await gather(starts(), 2)

    run_virtual(main())


def test_ten_thousand_sleeping_strands_are_cancelled_in_one_go() -> None:
    """Cancellation reaches every strand, nested ones too, and none is left."""
    ended = 0

    async def strand() -> None:
        nonlocal ended
        try:
            await asyncio.sleep(1e6)
        finally:
            ended += 1

    async def main() -> None:
        parent = asyncio.ensure_future(gather([partial(gather, [strand] * 100)] * 100))
        await asyncio.sleep(1)
        parent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await parent
        assert asyncio.get_running_loop().time() == 1

    run_virtual(main())
    assert ended == 10_000


def test_nesting_is_not_bound_by_pythons_stack() -> None:
    """Strands in strands, 5,000 deep, return, fail and are cancelled."""

    async def nest(depth: int, seconds: float) -> object:
        if depth == 0:
            await asyncio.sleep(seconds)
            return "deep"
        return (await gather([partial(nest, depth - 1, seconds)]))[0]

    async def main() -> None:
        assert await nest(5_000, 1) == "deep"
        parent = asyncio.ensure_future(nest(5_000, 1e6))
        await asyncio.sleep(1)
        parent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await parent

    run_virtual(main())


@pytest.mark.parametrize(
    ("limit", "kind"), [(0, ValueError), (-1, ValueError), (True, TypeError), ("2", TypeError), (1.0, TypeError)]
)
def test_limits_are_checked(limit: object, kind: type[Exception]) -> None:
    """A limit is None or a positive whole number."""
    with pytest.raises(kind, match="limit of a parallel must be"):
        check_limit(limit)
    assert check_limit(None) is None
    assert check_limit(2) == 2
