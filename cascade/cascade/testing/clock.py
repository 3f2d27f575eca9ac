"""An event loop whose time is virtual: sleeping takes no time, and moves the clock.

When nothing is ready the clock jumps to the next timer. Threads, processes and sockets are real and work: while one of them may
still answer, the loop first waits `patience` real seconds for it, and jumps then.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar

__all__ = ["VirtualLoop", "run_virtual"]

T = TypeVar("T")

_RESOLUTION = 2.0**-20
"""Seconds, about a microsecond: what floats tell apart for some centuries."""
_STUCK_AFTER = 30.0
"""Real seconds without any timer or answer after which waiting is taken for a mistake of the test."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """``loop.time()`` starts at 0 and moves only when everything waits."""

    def __init__(self, patience: float = 0.25) -> None:
        self._now = 0.0
        self._answers_due = 0
        self.patience = patience
        super().__init__(_JumpingSelector(self))
        # A timer is due when it is before now plus this. The nanosecond of the real clock is lost in a float of a year.
        self._clock_resolution = _RESOLUTION

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """Move the clock, at least by the smallest step that a float can take there."""
        self._now = max(self._now + seconds, math.nextafter(self._now, math.inf))

    def run_in_executor(self, executor: Executor | None, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """As ever, and the clock knows of the answer that is due."""
        future = super().run_in_executor(executor, func, *args)
        self._answers_due += 1
        future.add_done_callback(self._answered)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's own
        """Wait for the threads without a timer, which would be over at once."""
        await super().shutdown_default_executor()

    def _answered(self, _future: asyncio.Future[Any]) -> None:
        self._answers_due -= 1

    def may_be_answered(self, watched: int) -> bool:
        """Whether a thread, or a file descriptor besides the loop's own one, may wake the loop."""
        return self._answers_due > 0 or watched > 1


class _JumpingSelector(selectors.BaseSelector):
    """Where a selector would block until the next timer, this one moves the loop's clock there."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            ready = self._real.select(_STUCK_AFTER)
            if not ready:
                raise RuntimeError("everything waits, and there is no timer: nothing can wake this loop")
            return ready
        if self._loop.may_be_answered(len(self._real.get_map())):
            ready = self._real.select(min(timeout, self._loop.patience))
        if not ready:
            self._loop.jump(timeout)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.get_key(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def run_virtual(coroutine: Coroutine[Any, Any, T], *, patience: float = 0.25) -> T:
    """Run a coroutine on a virtual clock, as `asyncio.run` does on the real one.

    Raises `AssertionError` when it leaves tasks of asyncio running behind it. ``patience`` is how many real seconds timers
    give way to threads and sockets.
    """

    def make_loop() -> AbstractEventLoop:
        return VirtualLoop(patience)

    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(_run_alone(coroutine))


async def _run_alone(coroutine: Coroutine[Any, Any, T]) -> T:
    result = await coroutine
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        raise AssertionError(f"left running: {', '.join(sorted(map(repr, left)))}")
    return result
