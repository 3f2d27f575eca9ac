"""What is done beside a run, while this process has it: its lease is kept, and signals to it are listened for."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from cascade.durable.inbox import Message
from cascade.durable.run import DurableRun
from cascade.durable.store import Lease, Store
from cascade.errors import LeaseLost, StoreError

__all__ = ["Attending"]

LISTENS: Final = 5.0
"""Seconds after which a run looks for signals even if nothing told it to."""
AGAIN: Final = 1.0
"""Seconds after which a store that could not be asked is asked again."""


class Attending:
    """An asynchronous context: beside what is done in it."""

    def __init__(self, run: DurableRun, store: Store, lease: Lease) -> None:
        self._run = run
        self._store = store
        self._lease = lease
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False

    async def __aenter__(self) -> None:
        self._tasks.append(asyncio.ensure_future(self._listen()))
        # most runs are over before this is due: a timer costs a fifth of a task
        self._due = asyncio.get_running_loop().call_later(self._store.lease_seconds / 3, self._keep)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._due.cancel()
        self._is_over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self) -> None:
        self._tasks.append(asyncio.ensure_future(self._keep_lease()))

    async def _keep_lease(self) -> None:
        while not self._is_over:
            try:
                await self._store.renew(self._lease)
            except LeaseLost as lost:
                self._run.stop(lost)
                return
            except StoreError:
                pass  # the next commit will say so
            await asyncio.sleep(self._store.lease_seconds / 3)

    async def _listen(self) -> None:
        run_id = self._lease.run_id
        while not self._is_over:  # a cancellation may be lost in what a store waits for
            try:
                await self._store.changed(run_id, LISTENS)
                found = await self._store.signals(run_id)
            except StoreError:
                await asyncio.sleep(AGAIN)
                continue
            self._run.inbox.add([Message(each.id, each.name, each.payload) for each in found])
