"""What strands wait for on the event loop without anybody's doing: a time, or their turn.

Of those that compute one goes on in every other round of the loop. If all that have used up their slice of time went on in the
next round, a timer would be late by a slice for each of them. This file knows coroutines that pause, not what they compute.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

__all__ = ["A_TURN", "sleeping", "take_turns"]


class _Sleep(asyncio.Future[None]):
    """A future and its timer, which goes when somebody cancels it. `asyncio.sleep` is a coroutine around the two: 250 bytes,
    and a frame to pass on each way."""

    __slots__ = ("_timer",)
    _timer: asyncio.TimerHandle

    def cancel(self, msg: Any | None = None) -> bool:
        self._timer.cancel()
        return super().cancel(msg)


def sleeping(seconds: float) -> asyncio.Future[None]:
    """What has a result in so many seconds from now. To be awaited by one, in the running event loop."""
    loop = asyncio.get_running_loop()
    future = _Sleep(loop=loop)
    future._timer = loop.call_later(seconds, _wake, future)
    return future


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class _ATurn:
    """One round of the event loop, as `asyncio.sleep(0)`. It holds nothing, so there is one."""

    __await__ = staticmethod(partial(iter, (None,)))


A_TURN: Final = _ATurn()


class _Queue:
    """Those that pause on one event loop, first come first served."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    def join(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        waiter = loop.create_future()
        self._waiting.append(waiter)
        if len(self._waiting) == 1:
            loop.call_soon(self._rest, loop)
        return waiter

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """A round for what timers and sockets wake up: in the round before they have only been told."""
        loop.call_soon(self._let_one_go, loop)

    def _let_one_go(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():  # one that was cancelled goes at once
                waiter.set_result(None)
                break
        if self._waiting:
            loop.call_soon(self._rest, loop)


_QUEUES: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = WeakKeyDictionary()


async def take_turns() -> None:
    """Let the event loop do everything else that is ready, and then those that came to this point before."""
    loop = asyncio.get_running_loop()
    queue = _QUEUES.get(loop)
    if queue is None:
        queue = _QUEUES[loop] = _Queue()
    await queue.join(loop)
