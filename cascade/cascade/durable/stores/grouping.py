"""What comes together is written together: while one batch is under way, the next one gathers. Each gets its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["Grouping"]

T = TypeVar("T")


class Grouping(Generic[T]):
    """``write`` is given a batch, and gives for each of its items None or an error."""

    def __init__(self, write: Callable[[list[T]], Awaitable[Sequence[Exception | None]]]) -> None:
        self._write = write
        self._entries: list[tuple[T, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, item: T) -> None:
        """Until it is written. When the caller is cancelled before its batch began, it is left out."""
        future = asyncio.get_running_loop().create_future()
        self._entries.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())
        await future

    async def finish(self) -> None:
        """Until nothing is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _write_all(self) -> None:
        try:
            while self._entries:
                batch = [(item, future) for item, future in self._entries if not future.done()]
                self._entries = []
                try:
                    outcomes = await self._write([item for item, _ in batch])
                except Exception as error:
                    outcomes = [error] * len(batch)
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    if not future.done():
                        future.set_result(None) if outcome is None else future.set_exception(outcome)
        finally:
            self._task = None
