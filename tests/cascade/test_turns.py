"""What strands wait for on the event loop: their turn, and a time."""

from __future__ import annotations

import asyncio

import pytest
from cascade.testing import run_virtual
from cascade.turns import sleeping, take_turns


def test_one_strand_goes_on_in_each_round_of_the_loop() -> None:
    """Whatever else is ready runs between two of them, so a timer waits for one slice of time, not for one of each."""
    log: list[str] = []

    async def computes(name: str) -> None:
        for _ in range(3):
            log.append(name)
            await take_turns()

    async def looks() -> None:
        while log.count("c") < 3:
            log.append("-")
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(looks(), *(computes(name) for name in "abc"))

    run_virtual(main())
    story = "".join(log)
    assert story.startswith("-abc-")
    assert story.replace("-", "") == "abcabcabc"
    assert all(len(between) <= 1 for between in story[4:].split("-")), story


def test_a_cancelled_one_holds_nobody_up() -> None:
    """It leaves at once, and those behind it take their turns."""
    log: list[int] = []

    async def computes(number: int) -> None:
        await take_turns()
        log.append(number)

    async def main() -> None:
        tasks = [asyncio.create_task(computes(number)) for number in range(5)]
        await asyncio.sleep(0)
        for task in (tasks[0], tasks[2], tasks[4]):
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[4]
        await asyncio.gather(*tasks, return_exceptions=True)
        await take_turns()

    run_virtual(main())
    run_virtual(main())  # another loop has a queue of its own
    assert log == [1, 3] * 2


def test_a_sleep_that_is_cancelled_leaves_no_timer() -> None:
    """However it is cancelled; one that has ended is not cancelled any more."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        timer = sleeping(60)
        task = asyncio.ensure_future(timer)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert all(handle.cancelled() for handle in loop._scheduled)  # type: ignore[attr-defined]
        await sleeping(2)
        assert loop.time() == began + 2
        ended = sleeping(1)
        await ended
        assert not ended.cancel()

    run_virtual(main())
