"""Who waits for signals, in one store: each is woken when there may be one that the store has not shown.

Knows no database: a store says what was shown, what has come, and when nobody can tell.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable

from cascade.durable.store import Signal

__all__ = ["Waiting"]


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Waiting:
    """The waiters of one store, by run."""

    __slots__ = ("_seen", "_waiters")

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        """The last signal that was shown, by run: what came between a look and the waiting is not missed."""
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}

    def shown(self, run_id: str, signals: list[Signal]) -> list[Signal]:
        """These have been shown; they are given back."""
        if signals:
            self._seen[run_id] = max(signals[-1].id, self._seen.get(run_id, 0))
        return signals

    def is_new(self, run_id: str, newest: int) -> bool:
        """Whether a signal has not been shown."""
        return newest > self._seen.get(run_id, 0)

    def forget(self, run_id: str) -> None:
        """The run is not this store's any more."""
        self._seen.pop(run_id, None)

    def enter(self, run_id: str) -> asyncio.Future[None]:
        """A waiter, who is woken from now on; `wait` ends it."""
        future = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(run_id, []).append(future)
        return future

    def leave(self, run_id: str, waiter: asyncio.Future[None]) -> None:
        """Nobody waits there any more."""
        waiter.cancel()
        waiters = self._waiters[run_id]
        waiters.remove(waiter)
        if not waiters:
            del self._waiters[run_id]

    async def wait(self, waiter: asyncio.Future[None], seconds: float) -> None:
        """Until it is woken, or for so long."""
        handle = None if seconds == math.inf else waiter.get_loop().call_later(max(seconds, 0), _wake, waiter)
        try:
            await waiter
        finally:
            if handle is not None:
                handle.cancel()

    def wake(self, run_ids: Iterable[str]) -> None:
        """There may be something for these."""
        for run_id in run_ids:
            for waiter in self._waiters.get(run_id, ()):
                _wake(waiter)

    def wake_all(self) -> None:
        """Something may have come that nobody heard of."""
        self.wake(tuple(self._waiters))
