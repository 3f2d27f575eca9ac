"""What is read from a SQLite store, through a connection that does not write; and who looks for what other processes send.

Readers and the writer do not hold each other up: the file has a write-ahead log.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from cascade.durable.store import Run, Signal, Stored
from cascade.durable.stores.rows import (
    ARGUMENTS,
    ASKED,
    KINDS,
    OUTCOME,
    SNAPSHOT,
    checked,
    damaged,
    parse_run,
    parse_signal,
    stored_run,
)
from cascade.durable.stores.schema import LISTED, LOG
from cascade.durable.stores.sqlite_files import Place, connect
from cascade.durable.stores.sqlite_jobs import find

__all__ = ["Watch", "newest_signal", "read_run", "read_runs", "read_signals"]

_EVERY: Final = 0.05
"""Seconds between two looks at whether another process has sent something. A look costs some microseconds."""


def read_runs(db: sqlite3.Connection, status: str | None, limit: int, newest_first: bool) -> list[Run]:
    """A listing."""
    where, given = ("", ()) if status is None else ("WHERE status = ?", (status,))
    order = "DESC" if newest_first else "ASC"
    return [parse_run(row) for row in db.execute(f"{LISTED} {where} ORDER BY key {order} LIMIT ?", (*given, limit))]


def read_run(db: sqlite3.Connection, run_id: str) -> Stored:
    """A run whole, as it was at one moment."""
    db.execute("BEGIN")
    try:
        key = find(db, run_id)
        [base] = db.execute("SELECT base FROM runs WHERE key = ?", (key,)).fetchone()
        if type(base) not in (int, type(None)):
            raise damaged(f"what is said of run `{run_id}` is damaged")
        run = stored_run(db.execute(f"{LISTED} WHERE key = ?", (key,)).fetchone())
        rows = db.execute("SELECT id & 3, data, sum FROM contents WHERE id BETWEEN ? AND ?", (key << 2, key << 2 | 3))
        contents = {kind: checked(data, total, run_id, f"the {KINDS[kind]}") for kind, data, total in rows}
        records, replaced = [], base or 0
        for number, (found, data, total) in enumerate(db.execute(LOG, {"run": key}), 1):
            if found != number:
                raise damaged(f"record {replaced + number} of run `{run_id}` is missing")
            records.append(checked(data, total, run_id, f"record {replaced + number}"))
        signals = _signals(db, key, run_id)
    finally:
        db.execute("COMMIT")
    for kind in (ARGUMENTS, ASKED, *([SNAPSHOT] if base is not None else [])):
        if kind not in contents:
            raise damaged(f"the {KINDS[kind]} of run `{run_id}` is missing")
    return Stored(
        run, contents[ARGUMENTS], contents[ASKED], contents.get(SNAPSHOT), records, signals, contents.get(OUTCOME)
    )  # fmt: skip


def read_signals(db: sqlite3.Connection, run_id: str) -> list[Signal]:
    """Those that a run has not taken."""
    return _signals(db, find(db, run_id), run_id)


def _signals(db: sqlite3.Connection, key: int, run_id: str) -> list[Signal]:
    rows = db.execute("SELECT id, name, payload, sent, sum FROM signals WHERE run = ? ORDER BY id", (key,))
    return [parse_signal(row, run_id) for row in rows]


def newest_signal(db: sqlite3.Connection, run_id: str, key: int | None = None) -> int:
    """The id of the last one that a run has; 0 when there is none. Its ``key`` spares a look, if that is known."""
    row = db.execute("SELECT max(id) FROM signals WHERE run = ?", (find(db, run_id) if key is None else key,)).fetchone()
    return row[0] or 0


class Watch:
    """A thread that looks for signals of other processes, one however many runs wait.

    It is no timer of the loop: that may have a virtual clock, which would go from look to look through a sleep of days.
    """

    def __init__(self, place: Place, tell: Callable[[Sequence[str]], object]) -> None:
        """``tell`` is called in the thread, with the ids of runs."""
        self._place = place
        self._tell = tell
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, shown: int) -> None:
        """Look from now on for signals after this one; nothing happens when that is so already."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, args=(shown,), name="cascade-signals", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self, newest: int) -> None:
        # The file may be gone, or the loop closed without the store: then there is nobody to tell.
        with contextlib.suppress(sqlite3.Error, RuntimeError), contextlib.closing(connect(self._place)) as db:
            seen: Any = None
            while not self._stop.wait(_EVERY):
                with contextlib.suppress(sqlite3.OperationalError):  # locked: next time
                    now = db.execute("PRAGMA data_version").fetchone()
                    if now != seen:
                        query = """SELECT signals.id, runs.id FROM signals JOIN runs ON runs.key = signals.run
                            WHERE signals.id > ? ORDER BY signals.id"""
                        found = db.execute(query, (newest,)).fetchall()
                        seen = now
                        if found:
                            newest = found[-1][0]
                            self._tell([run_id for _, run_id in found])
