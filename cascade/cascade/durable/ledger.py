"""Where a run is written down: what `cascade.durable.run` asks of that. `store_ledger` is a place in a store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cascade.durable.run import DurableRun

__all__ = ["Ledger", "Written"]

Written = tuple[Sequence[bytes], bytes | None]
"""Records, and the snapshot in whose place they are not."""


class Ledger(Protocol):
    """Where a run is written down: its place in a store, while it is this process's."""

    def commit(
        self, records: Sequence[bytes] = (), *, snapshot: bytes | None = None, taken: Sequence[int] = ()
    ) -> Awaitable[None]:
        """Durable when it has been awaited. ``snapshot`` takes the place of all records so far."""

    async def transact(self, work: Callable[[Any], Awaitable[Written]], taken: Sequence[int]) -> None:
        """Commit what ``work`` gives together with what it writes by the connection that it is given."""

    async def stand(self, run: DurableRun) -> None:
        """Say where the run is and what it waits for."""
