"""A run's place in a store, while it is this process's: see `cascade.durable.ledger`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from cascade.durable.ledger import Written
from cascade.durable.standing import stand_of
from cascade.durable.store import RUNNING, WAITING, Commit, Lease, Standing, Store

if TYPE_CHECKING:
    from cascade.durable.run import DurableRun

__all__ = ["StoreLedger"]


class StoreLedger:
    """``status`` is what the store says of the run."""

    def __init__(self, store: Store, lease: Lease, status: str = RUNNING) -> None:
        self.store = store
        self.lease = lease
        self.status = status

    def commit(
        self, records: Sequence[bytes] = (), *, snapshot: bytes | None = None, taken: Sequence[int] = ()
    ) -> Awaitable[None]:
        status = None
        if self.status != RUNNING:
            status = self.status = RUNNING
        return self.store.commit(Commit(self.lease, records, snapshot, taken, status))

    async def transact(self, work: Callable[[Any], Awaitable[Written]], taken: Sequence[int]) -> None:
        async def whole(connection: Any) -> Commit:
            records, snapshot = await work(connection)
            status = RUNNING if self.status != RUNNING else None
            return Commit(self.lease, records, snapshot, taken, status)

        await self.store.transact(self.lease, whole)
        self.status = RUNNING

    async def stand(self, run: DurableRun) -> None:
        stand = stand_of(run.scheduler, run.now())
        meter = run.host.meter
        standing = Standing(stand.place, stand.waits, stand.since, stand.until, run.scheduler.turns_spent(), meter.calls_spent)
        self.status = WAITING if stand.only_waits else RUNNING
        await self.store.commit(Commit(self.lease, status=self.status, standing=standing))

    async def end(self, run: DurableRun, status: str, outcome: bytes | None, waits: str = "") -> None:
        """The run has ended, or is put aside."""
        stand = stand_of(run.scheduler, run.now())
        meter = run.host.meter
        now = run.now()
        standing = Standing(stand.place, waits or stand.waits, now, None, run.scheduler.turns_spent(), meter.calls_spent)
        snapshot = b"" if outcome is not None else None  # nobody goes over the log again
        await self.store.commit(Commit(self.lease, (), snapshot, (), status, outcome, standing))
