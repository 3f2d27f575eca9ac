"""What a store is: where durable runs are kept, so that another process can continue them. The protocol, and its records.

A run has a log of records and perhaps a snapshot, which stands for all records before it. To a store they are bytes: what they
mean is not known here. A store sees to three things. What `Store.commit` returned for is there after a crash, and nothing is
there by halves. A run has one owner, and whoever owned it before can write nothing. What comes back is what was written, or an
error that says what is damaged.

`cascade.durable.stores` has the stores; `cascade.testing.store_conformance` checks any.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

__all__ = [
    "CANCEL", "CANCELLED", "DAMAGED", "DONE", "ENDED", "FAILED", "PAUSED", "READY", "RUNNING", "STATUSES", "WAITING", "Commit",
    "Lease", "NewRun", "Owner", "Run", "Signal", "Standing", "Store", "Stored", "open_store",
]  # fmt: skip

RUNNING: Final = "running"
WAITING: Final = "waiting"
PAUSED: Final = "paused"
READY: Final = "ready"
"""Of a copy that nobody has begun to run."""
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
ENDED: Final = (DONE, FAILED, CANCELLED)
"""Those that are final."""
DAMAGED: Final = "damaged"
"""In listings only: of a run of which the store has something that was never written."""
STATUSES: Final = (RUNNING, WAITING, PAUSED, READY, *ENDED)

CANCEL: Final = "\0cancel"
"""The name of the signal that cancels a run. It begins with a NUL, which no argument of a command holds; and whoever runs a
program takes this signal before the program is asked what it waits for, so that none can receive it."""


class Owner(NamedTuple):
    """The process that holds a run: enough to see that it is dead, from the same machine."""

    host: str
    """The machine, this time that it is up, and which processes can be seen there."""
    pid: int
    started: str
    """When the process started, as the system tells it: a number can be given to another process. Empty: unknown."""
    key: str
    """Random, one for each store that is opened."""


class Lease(NamedTuple):
    """That a run is this owner's, until another takes it. It is good for the store that gave it, while that is open."""

    run_id: str
    token: int
    """Greater by one each time that anybody takes the run: writing with an old one is refused."""


class NewRun(NamedTuple):
    """A run that is to be made."""

    run_id: str
    program: bytes
    """The digest of its program, which was put before."""
    flow: str
    arguments: bytes
    asked: bytes
    """The options that the run was begun with."""
    name: str
    """What its program is called in listings."""


class Standing(NamedTuple):
    """Where a run is and what it waits for, as listings show it."""

    place: str
    """``file:line``"""
    waits: str
    """``signal 'approved'``, ``sleep``, ``task fetch_order``; empty when it does not wait."""
    since: float
    """Seconds since the epoch, as all times here."""
    until: float | None
    turns: int
    calls: int


class Commit(NamedTuple):
    """What one run writes at once: all of it or nothing."""

    lease: Lease
    records: Sequence[bytes] = ()
    """Appended to the log, in this order; after the snapshot, if there is one."""
    snapshot: bytes | None = None
    """Takes the place of the log so far, and of the snapshot before it."""
    taken: Sequence[int] = ()
    """Signals that are used up."""
    status: str | None = None
    """None: as it was."""
    outcome: bytes | None = None
    """What the run came to, with a status that is final."""
    standing: Standing | None = None
    """None: as it was."""

    def is_plain(self) -> bool:
        """Whether there are records and nothing else, as there nearly always are."""
        _, records, snapshot, taken, status, outcome, standing = self
        nothing_else = snapshot is None and status is None and outcome is None and standing is None and not taken
        return nothing_else and bool(records)


class Signal(NamedTuple):
    """Something that was sent to a run and has not been taken."""

    id: int
    """Grows in the order in which the signals of a run were sent."""
    name: str
    payload: bytes
    sent: float


class Run(NamedTuple):
    """A run as listings show it."""

    run_id: str
    name: str
    flow: str
    program: bytes
    status: str
    standing: Standing | None
    created: float
    updated: float
    """When it was made, or something besides records was committed."""
    records: int
    """How many there are in the log, after the snapshot."""
    size: int
    """Bytes of the snapshot and the log."""
    written: int
    """Bytes that have ever been written for it."""
    owner: Owner | None
    lease_until: float
    token: int


class Stored(NamedTuple):
    """All that is needed to continue a run."""

    run: Run
    arguments: bytes
    asked: bytes
    snapshot: bytes | None
    records: list[bytes]
    signals: list[Signal]
    outcome: bytes | None


class Store(Protocol):
    """Where runs are kept. One belongs to the event loop that it was opened in.

    Every method raises `StoreNotWritable`, `StoreIsLocked`, `DamagedStore` or `StoreUnreachable` where that is so; nothing is
    written then, and the same call works when the cause is gone. A method that is cancelled has written all or nothing.
    """

    @property
    def url(self) -> str:
        """What `open_store` was given, without a password."""

    @property
    def lease_seconds(self) -> float:
        """How long a lease is good."""

    async def create(self, new: NewRun) -> Lease:
        """Make a run with status ``running``, owned by this store. `RunExists`; `DamagedStore` without its program."""

    async def take(self, run_id: str) -> Lease:
        """Become the owner of a run, with a higher token.

        At once where it has no owner, a dead one of this machine, or one whose lease is over; else `RunIsOwned`, which says by
        whom and until when. That goes for runs that this very store owns, too. `NoSuchRun`.
        """

    async def renew(self, lease: Lease) -> None:
        """The lease is good for its full time from now on. `LeaseLost` when the run was taken by another."""

    async def release(self, lease: Lease) -> None:
        """Give a run up. Nothing happens when it was lost."""

    def commit(self, commit: Commit) -> Awaitable[None]:
        """Write what belongs together; when it has been awaited it is there, whatever happens. May be a coroutine function.

        `LeaseLost` when the run was taken by another: nothing is written then. Commits that come at the same time are written
        together, but each is all or nothing for itself. One with an outcome may give the run up, as `release` does.
        """

    async def transact(self, lease: Lease, work: Callable[[Any], Awaitable[Commit]]) -> None:
        """One transaction of the run's and of somebody else's: ``work`` is given the connection of the database, writes by it
        what it likes, and gives the commit that belongs to that. Both are there when this returns, or neither.

        What ``work`` raises takes back all that it wrote, and is raised. `LeaseLost`. Other commits wait meanwhile.
        """

    async def read(self, run_id: str) -> Stored:
        """The run and all of its bytes. `NoSuchRun`, with near misses; `DamagedStore` names the first record that is."""

    async def runs(self, *, status: str | None = None, limit: int = 100, newest_first: bool = True) -> list[Run]:
        """The runs, in the order in which they were made. One that can not be read has its id and status ``damaged`` only."""

    async def send(self, run_id: str, name: str, payload: bytes) -> int:
        """Send a signal, whatever the run does. It is kept until it is taken. `NoSuchRun`."""

    async def signals(self, run_id: str) -> list[Signal]:
        """The signals that a run has not taken, in the order in which they were sent."""

    async def changed(self, run_id: str, seconds: float) -> None:
        """Return when there may be a signal that this store has not shown (by `read` or `signals`), or after so long."""

    async def put_program(self, digest: bytes, data: bytes) -> None:
        """Keep a program. It may be there already."""

    async def program(self, digest: bytes) -> bytes:
        """The program of that digest. `DamagedStore` when it is not there."""

    async def copy(self, run_id: str, new_id: str) -> None:
        """The same run under another id, as it is stored: owned by nobody, ``ready``, without an outcome.

        Signals that are not taken come along, save a cancellation. `NoSuchRun`, `RunExists`.
        """

    async def prune(self, *, before: float, statuses: Sequence[str]) -> int:
        """Remove runs of these statuses that were last updated before; how many there were.

        Programs that no run has go with them, if they were put before. Space is given back to the file system.
        """

    async def close(self) -> None:
        """Give up all runs and close. What was committed is there anyway. Nothing happens the second time."""


async def open_store(
    url: str, *, clock: Callable[[], float] = time.time, lease_seconds: float = 30.0, create: bool = True
) -> Store:
    """The store at a path, ``sqlite:///path`` or ``postgresql://…``; made if there is none and ``create``.

    ``sqlite:///runs.db`` is beside where one is, ``sqlite:////var/runs.db`` has a slash more. Options are
    ``?synchronous=normal`` (a power cut may lose the last commits; ``full`` is the default) and ``?patience=10``, the seconds
    to wait for another process; of PostgreSQL also ``?schema=cascade``. `NotAStore`, `StoreIsNewer`, `StoreUnreachable`.
    """
    from cascade.durable.stores.opening import open_url  # a back end is imported when it is used

    return await open_url(url, clock=clock, lease_seconds=lease_seconds, create=create)
