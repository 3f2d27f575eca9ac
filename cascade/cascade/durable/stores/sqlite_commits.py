"""What runs commit to a SQLite store, as jobs. See `sqlite_jobs` for the others.

A record alone is the commonest by far. Where many runs commit together, theirs are one statement with many rows (`do_all`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final

from cascade.durable.store import Commit
from cascade.durable.stores.owners import lease_lost, owner_if_known
from cascade.durable.stores.rows import OUTCOME, SNAPSHOT, format_standing, sum_of
from cascade.durable.stores.schema import BYTES_OF_LOG, RECORDS
from cascade.durable.stores.writer import Job
from cascade.errors import StoreError

__all__ = ["APPEND", "CONTENT", "CommitJob", "Held", "content", "do_all", "span"]

APPEND: Final = "INSERT INTO log SELECT ?, ?, ? FROM runs WHERE key = ? AND token = ?"
"""Write a record and look at the token, in one statement."""
_APPEND_SHARED: Final = (
    "INSERT INTO shared_log (run, number, data, sum) SELECT key, ?, ?, ? FROM runs WHERE key = ? AND token = ?"
)
_APPEND_MORE: Final = "INSERT INTO log VALUES (?, ?, ?)"
_APPEND_MORE_SHARED: Final = "INSERT INTO shared_log (run, number, data, sum) VALUES (?, ?, ?, ?)"
CONTENT: Final = "INSERT OR REPLACE INTO contents VALUES (?, ?, ?)"
_UPDATE: Final = """UPDATE runs SET updated = ?, status = coalesce(?, status), standing = coalesce(?, standing)
    WHERE key = ? AND token = ?"""
_END: Final = _UPDATE.replace("SET", "SET owner = NULL, lease_until = 0,")
"""The same of a run that ends: nobody has it then."""
_REPLACED: Final = f"UPDATE runs SET written = written + {BYTES_OF_LOG}, base = coalesce(base, 0) + ? WHERE key = ?"


class Held:
    """A run that a store owns: its key, and how many records are in its log; None when that has to be looked up. ``is_over``:
    it has ended, which is written, and been given up with that."""

    __slots__ = ("is_over", "key", "records", "token")

    def __init__(self, key: int, token: int, records: int | None = None) -> None:
        self.key = key
        self.token = token
        self.records = records
        self.is_over = False


def span(key: int) -> tuple[int, int]:
    """The ids that records of a run can have."""
    return key << 32, key << 32 | 0xFFFFFFFF


def content(key: int, kind: int, data: bytes) -> tuple[int, bytes, int]:
    return key << 2 | kind, data, sum_of(data)


class CommitJob:
    """A job: write what a run commits, if it is still held. ``is_alone`` says, when it is written, whether nothing else is:
    this decides where its records are. ``is_record``: it is one record and nothing else."""

    __slots__ = ("commit", "held", "is_alone", "is_record", "now")

    def __init__(self, commit: Commit, held: Held, now: float, is_alone: Callable[[], bool]) -> None:
        self.commit = commit
        self.held = held
        self.now = now
        self.is_alone = is_alone
        self.is_record = len(commit.records) == 1 and commit.is_plain()

    def __call__(self, db: sqlite3.Connection) -> None:
        commit, held = self.commit, self.held
        key, more, alone = held.key, commit.records, self.is_alone()
        if held.records is None:
            row = db.execute(f"SELECT {RECORDS} FROM runs WHERE key = ?", (key,)).fetchone()
            held.records = row[0] if row else 0
        if commit.is_plain():  # the row of the run stays as it is
            first, *more = more
            number, append = (key << 32 | held.records + 1, APPEND) if alone else (held.records + 1, _APPEND_SHARED)
            done = db.execute(append, (number, first, sum_of(first), key, held.token))
            _expect_held(db, done.rowcount, commit, held)
            held.records += 1
        else:
            standing = format_standing(commit.standing)
            update = _UPDATE if commit.outcome is None else _END
            done = db.execute(update, (self.now, commit.status, standing, key, held.token))
            _expect_held(db, done.rowcount, commit, held)
            _write_contents(db, commit, held)
        if more and alone:
            rows = enumerate(more, key << 32 | held.records + 1)
            db.executemany(_APPEND_MORE, [(number, data, sum_of(data)) for number, data in rows])
        elif more:
            rows = enumerate(more, held.records + 1)
            db.executemany(_APPEND_MORE_SHARED, [(key, number, data, sum_of(data)) for number, data in rows])
        held.records += len(more)


def do_all(db: sqlite3.Connection, jobs: Sequence[Job]) -> list[Any]:
    """Do the jobs of one transaction, in their order: what each gives, or the `StoreError` of one that can not be done. Records
    that come one after the other are one statement."""
    outcomes: list[Any] = []
    for are_records, some in groupby(jobs, _is_record):
        together: list[Any] = [*some]
        if are_records and len(together) > 1:
            _append_all(db, together)
            outcomes += [None] * len(together)
            continue
        for job in together:
            try:
                outcomes.append(job(db))
            except StoreError as error:
                outcomes.append(error)
    return outcomes


def _is_record(job: Job) -> bool:
    return type(job) is CommitJob and job.is_record and job.held.records is not None


def _append_all(db: sqlite3.Connection, jobs: Sequence[CommitJob]) -> None:
    rows = []
    for job in jobs:
        held, [data] = job.held, job.commit.records
        assert held.records is not None
        held.records += 1
        rows.append((held.records, data, sum_of(data), held.key, held.token))
    if db.executemany(_APPEND_SHARED, rows).rowcount != len(rows):
        raise LookupError("one of these runs is somebody else's by now")  # all is taken back, and done one by one


def _expect_held(db: sqlite3.Connection, rows: int, commit: Commit, held: Held) -> None:
    if rows == 0:
        row = db.execute("SELECT owner FROM runs WHERE key = ?", (held.key,)).fetchone()
        raise lease_lost(commit.lease.run_id, owner_if_known(row[0]) if row else None)


def _write_contents(db: sqlite3.Connection, commit: Commit, held: Held) -> None:
    key, grown = held.key, 0
    if commit.snapshot is not None:
        db.execute(_REPLACED, (held.records, key))
        db.execute("DELETE FROM log WHERE id BETWEEN ? AND ?", span(key))
        db.execute("DELETE FROM shared_log WHERE run = ?", (key,))
        held.records = 0
    for kind, data in ((SNAPSHOT, commit.snapshot), (OUTCOME, commit.outcome)):
        if data is not None:
            db.execute(CONTENT, content(key, kind, data))
            grown += len(data)
    if grown:
        db.execute("UPDATE runs SET written = written + ? WHERE key = ?", (grown, key))
    if commit.taken:
        db.executemany("DELETE FROM signals WHERE id = ? AND run = ?", [(one, key) for one in commit.taken])
