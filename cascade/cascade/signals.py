"""Signals in memory: named values that are sent to whoever waits for them.

A signal is kept until it is awaited. Values and waiters of one name are served in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Signals"]


class Signals:
    """Signals of one event loop. From other threads, use ``loop.call_soon_threadsafe(signals.send, name, value)``.

    >>> import asyncio
    >>> signals = Signals()
    >>> signals.send("answer", "yes")
    >>> asyncio.run(signals.receive("answer"))
    'yes'
    """

    __slots__ = ("_kept", "_waiting")

    def __init__(self) -> None:
        self._kept: dict[str, deque[object]] = {}
        self._waiting: dict[str, deque[asyncio.Future[object]]] = {}

    def send(self, name: str, value: object = None) -> None:
        """Hand ``value`` to the first that waits for ``name``, or keep it for the next."""
        waiting = self._waiting.get(name, ())
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(value)
                return
        self._kept.setdefault(name, deque()).append(value)

    async def receive(self, name: str) -> object:
        """The next value of ``name``."""
        kept = self._kept.get(name)
        if kept:
            value = kept.popleft()
            if not kept:
                del self._kept[name]
            return value
        waiter = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(name, deque())
        waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # it came at the same moment: not lost
                self._give_back(name, waiter)
            raise
        finally:
            if waiter in waiting:
                waiting.remove(waiter)
            if not waiting and self._waiting.get(name) is waiting:
                del self._waiting[name]

    def _give_back(self, name: str, waiter: asyncio.Future[object]) -> None:
        """A value that its receiver could not take goes to the next one in line, or to the front of what is kept."""
        for other in self._waiting[name]:
            if not other.done():
                other.set_result(waiter.result())
                return
        self._kept.setdefault(name, deque()).appendleft(waiter.result())

    def awaited(self) -> list[str]:
        """The names that are being waited for."""
        return sorted(self._waiting)
