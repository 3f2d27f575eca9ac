"""What is written to a SQLite store, as jobs: functions of the connection, done in a transaction.

Each first looks whether it can be done, and raises a `StoreError` before it has written anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from cascade.durable.store import CANCEL, READY, RUNNING, NewRun, Owner
from cascade.durable.stores.owners import format_owner, is_dead, run_is_owned
from cascade.durable.stores.rows import (
    ARGUMENTS,
    ASKED,
    OUTCOME,
    SNAPSHOT,
    damaged,
    format_name,
    format_text,
    missing_program,
    no_such_run,
    parse_holding,
    run_exists,
    sum_of,
)
from cascade.durable.stores.sqlite_commits import CONTENT, Held, content, span
from cascade.durable.stores.writer import Job

__all__ = ["copy_job", "create_job", "find", "known_ids", "prune_job", "send_job", "take_job"]

_INSERT_RUN: Final = """INSERT INTO runs
    (id, name, flow, program, status, standing, created, updated, base, written, owner, lease_until, token)
    VALUES (?, ?, ?, ?, ?, NULL, ?, ?, NULL, ?, ?, ?, 1) ON CONFLICT (id) DO NOTHING RETURNING key"""
_COPY_RUN: Final = f"""INSERT INTO runs
    (id, name, flow, program, status, standing, created, updated, base, written, owner, lease_until, token)
    SELECT ?, name, flow, program, ?, standing, ?, ?, base,
        (SELECT coalesce(sum(length(data)), 0) FROM contents WHERE id BETWEEN key << 2 AND (key << 2) + {SNAPSHOT}),
        NULL, 0, 0
    FROM runs WHERE key = ? RETURNING key"""
_MOST_KEY: Final = (1 << 31) - 1
"""With a greater one there would be no room for the numbers of records."""
_LAST_KEY: Final = """SELECT max(
    coalesce((SELECT max(key) FROM runs), 0), coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'runs'), 0))"""


def known_ids(db: sqlite3.Connection) -> list[str]:
    """The ids of the last runs, to find one that was meant."""
    query = "SELECT id FROM runs WHERE typeof(id) = 'text' ORDER BY key DESC LIMIT 2000"
    return [run_id for [run_id] in db.execute(query)]


def find(db: sqlite3.Connection, run_id: str) -> int:
    """The key of a run, or `NoSuchRun`."""
    row = db.execute("SELECT key FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise no_such_run(run_id, known_ids(db))
    key: int = row[0]
    if not 0 < key <= _MOST_KEY:
        raise damaged(f"the number of run `{run_id}` in the store is damaged")
    return key


def _expect_room(db: sqlite3.Connection, run_id: str) -> None:
    """For one more run: it gets the next number."""
    [last] = db.execute(_LAST_KEY).fetchone()
    if last >= _MOST_KEY:
        raise damaged(f"the number of the run that run `{run_id}` would come after is damaged")


def create_job(new: NewRun, owner: Owner, now: float, until: float) -> Job:
    """Gives what the store holds then."""

    def create(db: sqlite3.Connection) -> Held:
        if db.execute("SELECT 1 FROM programs WHERE digest = ?", (new.program,)).fetchone() is None:
            raise missing_program(new.program)
        _expect_room(db, new.run_id)
        names = (new.run_id, format_text(new.name), format_text(new.flow), new.program, RUNNING)
        size = len(new.arguments) + len(new.asked)
        row = db.execute(_INSERT_RUN, (*names, now, now, size, format_owner(owner), until)).fetchone()
        if row is None:
            raise run_exists(new.run_id)
        [key] = row
        db.execute(CONTENT, content(key, ARGUMENTS, new.arguments))
        db.execute(CONTENT, content(key, ASKED, new.asked))
        return Held(key, 1, 0)

    return create


def take_job(run_id: str, owner: Owner, now: float, until: float) -> Job:
    """Gives what the store holds then."""

    def take(db: sqlite3.Connection) -> Held:
        key = find(db, run_id)
        query = "SELECT owner, lease_until, token FROM runs WHERE key = ?"
        other, its_end, token = parse_holding(db.execute(query, (key,)).fetchone(), run_id)
        if other is not None and its_end > now and not is_dead(other):
            raise run_is_owned(run_id, other, its_end)
        update = "UPDATE runs SET owner = ?, lease_until = ?, token = ? WHERE key = ?"
        db.execute(update, (format_owner(owner), until, token + 1, key))
        return Held(key, token + 1)

    return take


def send_job(run_id: str, name: str, payload: bytes, now: float) -> Job:
    """Gives the id of the signal."""

    def send(db: sqlite3.Connection) -> int:
        row = (find(db, run_id), format_name(name), payload, now, sum_of(payload))
        cursor = db.execute("INSERT INTO signals (run, name, payload, sent, sum) VALUES (?, ?, ?, ?, ?)", row)
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    return send


def copy_job(run_id: str, new_id: str, now: float) -> Job:
    """All that a run has, under another id."""

    def copy(db: sqlite3.Connection) -> None:
        key = find(db, run_id)
        if db.execute("SELECT 1 FROM runs WHERE id = ?", (new_id,)).fetchone() is not None:
            raise run_exists(new_id)
        _expect_room(db, new_id)
        [new] = db.execute(_COPY_RUN, (new_id, READY, now, now, key)).fetchone()
        moved = ((new - key) << 32, *span(key))
        db.execute("INSERT INTO log SELECT id + ?, data, sum FROM log WHERE id BETWEEN ? AND ?", moved)
        shared = "SELECT ?, number, data, sum FROM shared_log WHERE run = ? ORDER BY number"
        db.execute(f"INSERT INTO shared_log (run, number, data, sum) {shared}", (new, key))
        moved = ((new - key) << 2, key << 2, key << 2 | SNAPSHOT)
        db.execute("INSERT INTO contents SELECT id + ?, data, sum FROM contents WHERE id BETWEEN ? AND ?", moved)
        waiting = "SELECT ?, name, payload, sent, sum FROM signals WHERE run = ? AND name != ? ORDER BY id"
        db.execute(f"INSERT INTO signals (run, name, payload, sent, sum) {waiting}", (new, key, format_name(CANCEL)))

    return copy


def prune_job(before: float, statuses: Sequence[str], now: float, most: int) -> Job:
    """Remove some runs; gives how many. When there are fewer than ``most``, programs that nobody has are removed, too."""
    marks = ", ".join("?" * len(statuses))
    query = f"""SELECT key FROM runs WHERE status IN ({marks}) AND updated < ? AND (owner IS NULL OR lease_until < ?)
        AND key BETWEEN 1 AND {_MOST_KEY} ORDER BY key LIMIT ?"""

    def prune(db: sqlite3.Connection) -> int:
        keys: list[int] = [key for [key] in db.execute(query, (*statuses, before, now, most))]
        db.executemany("DELETE FROM log WHERE id BETWEEN ? AND ?", map(span, keys))
        db.executemany("DELETE FROM contents WHERE id BETWEEN ? AND ?", [(key << 2, key << 2 | OUTCOME) for key in keys])
        for table, column in (("shared_log", "run"), ("signals", "run"), ("runs", "key")):
            db.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(key,) for key in keys])
        if len(keys) < most:
            unused = "NOT EXISTS (SELECT 1 FROM runs WHERE program = digest)"
            db.execute(f"DELETE FROM programs WHERE put < ? AND {unused}", (before,))
        return len(keys)

    return prune
