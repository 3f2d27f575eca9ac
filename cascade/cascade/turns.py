"""How strands that compute share an event loop: one of them goes on in every other round of it.

If all that have used up their slice of time went on in the next round, a timer would be late by a slice for each of them. This
file knows coroutines that pause, not what they compute.
"""

from __future__ import annotations

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

__all__ = ["take_turns"]


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
