"""A store in a SQLite file. Several processes of one machine may have it open.

There is a connection that writes (`writer`) and one that reads; what is written is in `sqlite_jobs`, what is read in
`sqlite_reading`, the tables in `schema`. The commonest commit, one record of the run that committed last, is one statement on
the thread of the loop: see `SqliteStore.commit`.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any, Final

from cascade.durable.store import Commit, Lease, NewRun, Owner, Run, Signal, Stored
from cascade.durable.stores.owners import lease_lost, new_owner, owner_if_known
from cascade.durable.stores.rows import checked, expect_id, missing_program, sum_of
from cascade.durable.stores.sqlite_commits import APPEND, CommitJob, Held, do_all
from cascade.durable.stores.sqlite_files import Place, connect, ending_left_to_the_store, open_file, store_error
from cascade.durable.stores.sqlite_jobs import copy_job, create_job, prune_job, send_job, take_job
from cascade.durable.stores.sqlite_reading import Watch, newest_signal, read_run, read_runs, read_signals
from cascade.durable.stores.waiting import Waiting
from cascade.durable.stores.writer import SLOW, Job, Writer
from cascade.errors import StoreError
from cascade.turns import A_TURN

__all__ = ["SqliteStore", "open_sqlite"]


class _Done:
    """Awaited, it is over."""

    __await__ = staticmethod(partial(iter, ()))


_AT_ONCE: Final = 200
"""Runs that are pruned in one transaction."""
_text: Final = partial(str, encoding="utf-8", errors="surrogateescape")
"""Bytes that are no text come as what is none: whoever reads the row says what is damaged."""
_DONE: Final = _Done()
_SOON: Final = 0.05
"""Seconds, after which somebody who waits for a signal is heard."""
_PAGES: Final = 500
"""Pages that are given back in one transaction."""


async def open_sqlite(
    url: str, place: Place, *, clock: Callable[[], float], lease_seconds: float, create: bool = True
) -> SqliteStore:
    """The store in a file."""
    pool = ThreadPoolExecutor(1, "cascade-store")
    try:
        db = await asyncio.get_running_loop().run_in_executor(pool, partial(open_file, place, create=create))
        return SqliteStore(url, place, db, pool, clock, lease_seconds)
    except BaseException:
        pool.shutdown(wait=False)
        raise


class SqliteStore:
    """A `cascade.durable.store.Store`."""

    def __init__(
        self,
        url: str,
        place: Place,
        db: sqlite3.Connection,
        pool: ThreadPoolExecutor,
        clock: Callable[[], float],
        lease_seconds: float,
    ) -> None:
        self._url = url
        self._place = place
        self._clock = clock
        self.lease_seconds = lease_seconds
        self._owner = new_owner()
        self._held: dict[Lease, Held] = {}
        self._keys: dict[str, int] = {}
        """Of the runs that are held."""
        self._execute = db.execute
        self._writer = Writer(db, place, pool, do_all, self._look_up_again)
        self._is_alone = self._writer.is_alone
        self._reader = connect(place, patience=1)
        self._reader.text_factory = _text
        self._closed = False
        self._waiting = Waiting()
        self._loop = asyncio.get_running_loop()
        self._watch_soon: asyncio.TimerHandle | None = None
        self._watch = Watch(place, lambda runs: self._loop.call_soon_threadsafe(self._waiting.wake, runs))
        self._last: Held | None = None
        """The run that committed last."""
        self._held_up = 0.0
        """Seconds that the loop was held up since it was let go on."""

    @property
    def url(self) -> str:
        return self._url

    async def create(self, new: NewRun) -> Lease:
        expect_id(new.run_id)
        now = self._clock()
        return await self._own(new.run_id, create_job(new, self._owner, now, now + self.lease_seconds))

    async def take(self, run_id: str) -> Lease:
        now = self._clock()
        return await self._own(run_id, take_job(run_id, self._owner, now, now + self.lease_seconds))

    async def _own(self, run_id: str, job: Job) -> Lease:
        made: list[Held] = []

        def noted(db: sqlite3.Connection) -> Held:
            made[:] = [job(db)]
            return made[0]

        try:
            held: Held = await self._writer.write(noted)
        except asyncio.CancelledError:
            self._give_up(made)
            raise
        lease = Lease(run_id, held.token)
        self._held[lease] = held
        self._keys[run_id] = held.key
        return lease

    def _give_up(self, made: Sequence[Held]) -> None:
        """Whoever was to have these runs was cancelled, and they may have been written all the same."""
        with contextlib.suppress(RuntimeError):  # closed: what is owned by a store that is gone is taken at once
            query = "UPDATE runs SET owner = NULL, lease_until = 0 WHERE key = ? AND token = ?"
            giving_up = self._writer.write(lambda db: [db.execute(query, (one.key, one.token)) for one in made])
            giving_up.add_done_callback(lambda done: done.cancelled() or done.exception())  # a lease ends by itself

    async def renew(self, lease: Lease) -> None:
        held = self._expect_held(lease)
        until = self._clock() + self.lease_seconds
        query = "UPDATE runs SET lease_until = ? WHERE key = ? AND token = ?"
        if not await self._writer.write(lambda db: db.execute(query, (until, held.key, held.token)).rowcount):
            self._drop(lease)
            raise lease_lost(lease.run_id, self._owner_of(lease.run_id))

    async def release(self, lease: Lease) -> None:
        held = self._held.get(lease)
        if held is None:
            return
        if not held.is_over:
            query = "UPDATE runs SET owner = NULL, lease_until = 0 WHERE key = ? AND token = ?"
            await self._writer.write(lambda db: db.execute(query, (held.key, held.token)))
        self._drop(lease)

    def commit(self, commit: Commit) -> Awaitable[None]:
        """Where the run is the one that committed last, at once: probably nobody else is about to. Whoever comes between them
        waits for the end of the loop's turn, and is written together with all that came."""
        held, writer, records = self._held.get(commit.lease), self._writer, commit.records
        if held is None:
            return _failed(lease_lost(commit.lease.run_id, self._owner_of(commit.lease.run_id)))
        if held is not self._last or not writer.is_free:
            self._last = held
            return self._commit_with_others(commit, held)
        began = perf_counter()
        try:
            if len(records) == 1 and held.records is not None and commit.is_plain():
                [data] = records
                at = held.records + 1
                if not self._execute(APPEND, (held.key << 32 | at, data, sum_of(data), held.key, held.token)).rowcount:
                    raise lease_lost(commit.lease.run_id, self._owner_of(commit.lease.run_id))
                held.records = at
            else:
                writer.write_now(CommitJob(commit, held, self._clock(), self._is_alone))
        except Exception as error:
            failure = writer.failed(error)
            if not isinstance(failure, BlockingIOError):
                return _failed(failure, None if failure is error else error)
            return self._commit_with_others(commit, held)  # another process is writing
        held.is_over = commit.outcome is not None
        took = perf_counter() - began
        writer.note(took)
        self._held_up += took
        if self._held_up > SLOW:
            self._held_up = 0.0
            return A_TURN
        return _DONE

    def _commit_with_others(self, commit: Commit, held: Held) -> asyncio.Future[None]:
        future = self._writer.write(CommitJob(commit, held, self._clock(), self._is_alone))
        if commit.outcome is not None:
            future.add_done_callback(partial(_note_end, held))
        return future

    async def transact(self, lease: Lease, work: Callable[[Any], Awaitable[Commit]]) -> None:
        held = self._expect_held(lease)
        async with self._writer.transaction() as db:
            if db.execute("SELECT 1 FROM runs WHERE key = ? AND token = ?", (held.key, held.token)).fetchone() is None:
                raise lease_lost(lease.run_id, self._owner_of(lease.run_id))
            with ending_left_to_the_store(db):
                commit = await work(db)
            CommitJob(commit, held, self._clock(), lambda: True)(db)

    def _look_up_again(self) -> None:
        """Something was not written: how many records there are has to be counted."""
        for held in tuple(self._held.values()):
            held.records = None

    def _expect_held(self, lease: Lease) -> Held:
        held = self._held.get(lease)
        if held is None:
            raise lease_lost(lease.run_id, self._owner_of(lease.run_id))
        return held

    def _owner_of(self, run_id: str) -> Owner | None:
        with contextlib.suppress(StoreError):
            with self._errors():
                row = self._reader.execute("SELECT owner FROM runs WHERE id = ?", (run_id,)).fetchone()
            owner = owner_if_known(row[0]) if row else None
            return None if owner is None or owner.key == self._owner.key else owner
        return None

    def _drop(self, lease: Lease) -> None:
        self._held.pop(lease, None)
        self._keys.pop(lease.run_id, None)
        self._waiting.forget(lease.run_id)

    async def read(self, run_id: str) -> Stored:
        with self._errors():
            stored = read_run(self._reader, run_id)
        self._waiting.shown(run_id, stored.signals)
        return stored

    async def runs(self, *, status: str | None = None, limit: int = 100, newest_first: bool = True) -> list[Run]:
        with self._errors():
            return read_runs(self._reader, status, limit, newest_first)

    async def send(self, run_id: str, name: str, payload: bytes) -> int:
        number: int = await self._writer.write(send_job(run_id, name, payload, self._clock()))
        self._waiting.wake([run_id])
        return number

    async def signals(self, run_id: str) -> list[Signal]:
        with self._errors():
            return self._waiting.shown(run_id, read_signals(self._reader, run_id))

    async def changed(self, run_id: str, seconds: float) -> None:
        waiter = self._waiting.enter(run_id)
        try:
            with self._errors():
                newest = newest_signal(self._reader, run_id, self._keys.get(run_id))
            if not self._waiting.is_new(run_id, newest):
                self._begin_to_watch(newest)
                await self._waiting.wait(waiter, seconds)
        finally:
            self._waiting.leave(run_id, waiter)

    def _begin_to_watch(self, newest: int) -> None:
        """Signals of other processes are looked for by a thread, which most runs end without."""
        if self._watch_soon is None:
            self._watch_soon = self._loop.call_later(_SOON, self._watch_now, newest)

    def _watch_now(self, newest: int) -> None:
        self._watch_soon = None
        self._watch.begin(newest)

    async def put_program(self, digest: bytes, data: bytes) -> None:
        query = """INSERT INTO programs VALUES (?, ?, ?, ?)
            ON CONFLICT (digest) DO UPDATE SET put = max(put, excluded.put)"""
        now = self._clock()
        await self._writer.write(lambda db: db.execute(query, (digest, data, sum_of(data), now)))

    async def program(self, digest: bytes) -> bytes:
        with self._errors():
            row = self._reader.execute("SELECT data, sum FROM programs WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise missing_program(digest)
        data, total = row
        return checked(data, total, "", f"the program {digest.hex()[:16]}")

    async def copy(self, run_id: str, new_id: str) -> None:
        expect_id(new_id)
        await self._writer.write(copy_job(run_id, new_id, self._clock()))

    async def prune(self, *, before: float, statuses: Sequence[str]) -> int:
        total, last = 0, _AT_ONCE
        while last == _AT_ONCE:
            last = await self._writer.write(prune_job(before, statuses, self._clock(), _AT_ONCE))
            total += last
        while await self._writer.write(_give_back):
            pass
        await self._writer.aside(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        return total

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._watch_soon is not None:
            self._watch_soon.cancel()
        self._watch.end()
        self._waiting.wake_all()
        owned = [(held.key, held.token) for held in self._held.values()]
        query = "UPDATE runs SET owner = NULL, lease_until = 0 WHERE key = ? AND token = ?"
        with contextlib.suppress(StoreError):  # a lease ends by itself
            if owned:
                await self._writer.write(lambda db: db.executemany(query, owned))
        self._held.clear()
        self._keys.clear()
        self._reader.close()
        await self._writer.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise store_error(error, self._place.path) from error


def _note_end(held: Held, written: asyncio.Future[None]) -> None:
    """An end is written, unless that failed, or nobody waited to hear of it."""
    held.is_over = not written.cancelled() and written.exception() is None


async def _failed(error: Exception, cause: Exception | None = None) -> None:
    raise error from cause


def _give_back(db: sqlite3.Connection) -> bool:
    """Give some free pages to the file system; whether there are more."""
    [before] = db.execute("PRAGMA freelist_count").fetchone()
    db.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
    [left] = db.execute("PRAGMA freelist_count").fetchone()
    return bool(0 < left < before)
