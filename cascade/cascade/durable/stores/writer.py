"""The one connection of a process that writes a SQLite store: what comes together is written together.

*Jobs* that come in one turn of the event loop, or while a transaction is under way, are one transaction, and each gets its own
answer. What a job does is quick, for SQLite writes to memory; the commit is what waits for the disk. Where commits have been
quick it is made where it is asked for, since going to a thread and back costs 80 µs, four times a commit to a fast disk. Where
they were slow, a thread makes it, and the loop goes on. Nothing but the commit: in a thread each statement would have to
get Python's lock back from a busy loop.

A job that can not do what it is to do raises a `StoreError` before it has written anything. After any other error the
transaction is taken back, and its jobs are done one by one, so that one of them does not fail the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from cascade.durable.stores.sqlite_files import Place, begin, is_busy, store_error
from cascade.errors import StoreError

__all__ = ["Job", "Writer"]

Job = Callable[[sqlite3.Connection], Any]
SLOW: Final = 0.002
"""Seconds: so long a commit may hold up the loop."""
_LOOKED_AT: Final = 16
"""Whether commits are quick is said by the majority of the last ones."""
_ALL_SLOW: Final = (1 << _LOOKED_AT) - 1


_Entry = tuple[Job, "asyncio.Future[Any]", bool]
"""What is to be done, who waits for it, and whether it is done alone and outside of a transaction."""

Together = Callable[[sqlite3.Connection, Sequence[Job]], list[Any]]
"""Does the jobs of one transaction: an outcome for each, or the `StoreError` of one that can not be done."""


class Writer:
    """Writes for one event loop, and by the one thread of ``pool``. ``do_all`` does the jobs of a transaction; ``taken_back``
    is called when something is not written of which jobs may have made a note."""

    def __init__(
        self,
        db: sqlite3.Connection,
        place: Place,
        pool: ThreadPoolExecutor,
        do_all: Together,
        taken_back: Callable[[], None],
    ) -> None:
        self.db = db
        self._do_all = do_all
        self._place = place
        self._taken_back = taken_back
        self._entries: list[_Entry] = []
        self._closed = False
        self._due = False
        """Whether `_start` will be called."""
        self._under_way = False
        self._jobs = 0
        """Of the transaction under way."""
        self._slow = 0
        """A bit for each of the last commits: whether it was slow."""
        self.is_free = True
        """Whether something can be written at once: nothing waits, and commits are quick."""
        self._pool = pool
        self._loop = asyncio.get_running_loop()

    def note(self, took: float) -> None:
        """A commit took so long."""
        if took > SLOW or self._slow:
            self._slow = (self._slow << 1 | (took > SLOW)) & _ALL_SLOW
            self._look()

    def is_alone(self) -> bool:
        """Whether the job that asks is the only one of its transaction."""
        return self._jobs == 1

    def _look(self) -> None:
        self.is_free = not (self._entries or self._under_way) and not self._is_slow()

    def _is_slow(self) -> bool:
        return self._slow.bit_count() > _LOOKED_AT // 2

    def write(self, job: Job) -> asyncio.Future[Any]:
        """Do a job together with others, and give what it gives, when that is on the disk."""
        return self._enter(job, aside=False)

    def aside(self, job: Job) -> asyncio.Future[Any]:
        """Do something in the thread, alone and outside of a transaction."""
        return self._enter(job, aside=True)

    def write_now(self, job: Job) -> Any:
        """Do a job at once; only when `is_free`."""
        [outcome] = self._finish([job], self._do([job], 0))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def failed(self, error: Exception) -> Exception:
        """What to raise when something was not written at once. `BlockingIOError`: `write` would wait for the lock."""
        if isinstance(error, StoreError):
            return error
        self._take_back()
        if is_busy(error):
            self._slow = _ALL_SLOW
            self._look()
            return BlockingIOError()
        return store_error(error, self._place.path)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[sqlite3.Connection]:
        """A transaction that others wait for. It is taken back when the block raises. `StoreError` for what is not written."""
        await self.write(lambda _: None)  # after all that came before
        while self._under_way:
            await self.write(lambda _: None)
        self._under_way, self.is_free = True, False
        try:
            await self._loop.run_in_executor(self._pool, begin, self.db, self._place.patience)
            yield self.db
            await self._loop.run_in_executor(self._pool, self.db.execute, "COMMIT")
        except BaseException as error:
            self._take_back()
            if isinstance(error, sqlite3.Error):
                raise store_error(error, self._place.path) from error
            raise
        finally:
            self._under_way = False
            self._look()
            self._call_soon()

    async def close(self) -> None:
        """After all that was asked for. The connection is closed in the thread: the last one copies the log into the file."""
        closing = self.aside(lambda db: db.close())
        self._closed = True
        await closing
        self._pool.shutdown(wait=False)

    def _enter(self, job: Job, *, aside: bool) -> asyncio.Future[Any]:
        if self._closed:
            raise RuntimeError("the store is closed")
        future = self._loop.create_future()
        self._entries.append((job, future, aside))
        self.is_free = False
        if not self._due and not self._under_way:
            self._call_soon()
        return future

    def _call_soon(self) -> None:
        if self._entries and not self._due and not self._under_way:
            self._due = True
            self._loop.call_soon(self._start)

    def _start(self) -> None:
        """Write what is there."""
        self._due = False
        if self._under_way:
            return None
        entries = [entry for entry in self._entries if not entry[1].done()]  # nobody waits for what was cancelled
        aside = next((at for at, (_, _, aside) in enumerate(entries) if aside), len(entries))
        batch, self._entries = (entries[:aside], entries[aside:]) if aside else (entries[:1], entries[1:])
        if not batch:
            return self._look()
        jobs = [job for job, _, _ in batch]
        if not aside:
            return self._go_aside(batch, lambda: [self._alone(jobs[0])])
        try:
            outcomes = self._do(jobs, 0)
        except Exception as error:
            self._take_back()
            if is_busy(error) or len(jobs) > 1:
                return self._go_aside(batch, lambda: self._whole(jobs))
            outcomes = [store_error(error, self._place.path)]
        else:
            if self._is_slow():
                return self._go_aside(batch, lambda: self._finish(jobs, outcomes))
            outcomes = self._finish(jobs, outcomes)
        self._answer(batch, outcomes)
        return None

    def _go_aside(self, batch: Sequence[_Entry], work: Callable[[], list[Any]]) -> None:
        def answer(done: asyncio.Future[list[Any]]) -> None:
            self._under_way = False
            self._answer(batch, [done.exception()] * len(batch) if done.exception() else done.result())

        try:
            self._loop.run_in_executor(self._pool, work).add_done_callback(answer)
        except RuntimeError as error:  # the store is closed
            self._answer(batch, [error] * len(batch))
        else:
            self._under_way = True

    def _answer(self, batch: Sequence[_Entry], outcomes: Sequence[Any]) -> None:
        for (_, future, _), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        self._look()
        self._call_soon()

    def _alone(self, job: Job) -> Any:
        try:
            return job(self.db)
        except Exception as error:
            return store_error(error, self._place.path)

    def _whole(self, jobs: Sequence[Job]) -> list[Any]:
        """A transaction from its beginning, for which the lock is waited for."""
        try:
            return self._finish(jobs, self._do(jobs, self._place.patience))
        except Exception as error:
            self._take_back()
            return self._one_by_one(jobs, error)

    def _do(self, jobs: Sequence[Job], patience: float) -> list[Any]:
        """Begin a transaction and do the jobs in it."""
        try:
            begin(self.db, patience)
        except sqlite3.Error as error:
            if is_busy(error):
                self._slow = _ALL_SLOW
            raise
        self._jobs = len(jobs)
        return self._do_all(self.db, jobs)

    def _finish(self, jobs: Sequence[Job], outcomes: list[Any]) -> list[Any]:
        """Commit."""
        began = time.perf_counter()
        try:
            self.db.execute("COMMIT")
        except Exception as error:
            self._take_back()
            return self._one_by_one(jobs, error)
        self.note(time.perf_counter() - began)
        return outcomes

    def _one_by_one(self, jobs: Sequence[Job], error: Exception) -> list[Any]:
        """After an error of all together: each alone, so that those can be written that can."""
        if len(jobs) == 1 or is_busy(error):
            return [store_error(error, self._place.path) for _ in jobs]
        return [outcome for job in jobs for outcome in self._whole([job])]

    def _take_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # of a broken file: the next transaction says so
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
        self._taken_back()
