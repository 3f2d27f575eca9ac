"""A run waits for what happens to it, and is woken. That costs no timer each time: a run waits thousands of times a second."""

from __future__ import annotations

import asyncio
from typing import Final

__all__ = ["Waker"]

SETTLED: Final = 0.5
"""Seconds after which a run that waits says so."""


class Waker:
    """A run sleeps until `wake`, until some seconds are over, or, once, until it has slept for so long that others should be
    told: `has_settled` is true then."""

    def __init__(self) -> None:
        self.has_settled = False
        self._awake: asyncio.Future[None] | None = None
        self._since = 0.0
        self._look: asyncio.TimerHandle | None = None
        """Looks from time to time whether the run has waited for long."""

    def wake(self) -> None:
        """Something has happened. Nothing, when nobody waits."""
        if self._awake is not None and not self._awake.done():
            self._awake.set_result(None)

    def sleep(self, *, settles: bool) -> asyncio.Future[None]:
        """What ends at `wake`; to be awaited at once. ``settles`` says whether it should end when it has settled."""
        loop = asyncio.get_running_loop()
        self._awake = loop.create_future()
        self._since = loop.time() if settles else float("inf")
        self.has_settled = False
        if settles and self._look is None:
            self._look = loop.call_later(SETTLED, self._looked)
        return self._awake

    async def wait(self, seconds: float | None, *, settles: bool) -> None:
        """The same, or until so many seconds are over."""
        handle = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self.wake)
        try:
            await self.sleep(settles=settles)
        finally:
            if handle is not None:
                handle.cancel()

    def _looked(self) -> None:
        self._look = None
        if self._awake is None or self._awake.done() or self._since == float("inf"):
            return  # the next wait looks again
        loop = asyncio.get_running_loop()
        settled = self._since + SETTLED
        if loop.time() >= settled:
            self.has_settled = True
            self.wake()
        else:
            self._look = loop.call_at(settled, self._looked)

    def close(self) -> None:
        """Nobody waits any more."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
