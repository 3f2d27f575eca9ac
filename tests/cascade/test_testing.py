"""The virtual clock."""

from __future__ import annotations

import asyncio
import threading

import pytest
from cascade.testing import run_virtual


def test_sleeping_moves_the_clock_and_takes_no_time() -> None:
    """A year passes in a moment, and timers fire in the order of their times."""

    async def main() -> list[tuple[str, float]]:
        loop, seen = asyncio.get_running_loop(), []

        async def note(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, loop.time()))

        await asyncio.gather(note("year", 31_536_000), note("blink", 0.1), note("day", 86_400))
        return seen

    seen = run_virtual(main())
    assert [name for name, _ in seen] == ["blink", "day", "year"]
    assert [at for _, at in seen] == pytest.approx([0.1, 86_400, 31_536_000])


def test_timers_far_away_are_reached() -> None:
    """Where a float can no longer take the step that is missing, the clock still moves."""

    async def main() -> float:
        await asyncio.sleep(2.0**31)
        await asyncio.sleep(1e-9)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) >= 2.0**31


def test_threads_come_before_timers() -> None:
    """A thread that answers soon is not overtaken by a timer of an hour."""

    async def main() -> str:
        loop, go = asyncio.get_running_loop(), threading.Event()
        loop.call_soon(go.set)
        async with asyncio.timeout(3_600):
            return await loop.run_in_executor(None, lambda: "done" if go.wait(10) else "late")

    assert run_virtual(main(), patience=10) == "done"


def test_a_thread_that_does_not_answer_is_overtaken() -> None:
    """Timers give way to a thread for a moment only, so timeouts of blocked calls can be tested."""

    async def main() -> None:
        release = threading.Event()
        try:
            async with asyncio.timeout(3_600):
                await asyncio.get_running_loop().run_in_executor(None, release.wait, 30)
        finally:
            release.set()

    with pytest.raises(TimeoutError):
        run_virtual(main(), patience=0.01)


def test_what_is_left_running_is_an_error() -> None:
    """A run that leaves a task behind is told so."""

    async def main() -> None:
        main.kept = asyncio.create_task(asyncio.sleep(1))  # type: ignore[attr-defined]

    with pytest.raises(AssertionError, match="left running"):
        run_virtual(main())


def test_errors_and_results_pass() -> None:
    """`run_virtual` is `asyncio.run` in all else."""

    async def fail() -> None:
        await asyncio.sleep(1)
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        run_virtual(fail())
