"""The tables of a SQLite store, and how older ones become as these.

A run has a number, its key. Its records are in one of two tables. Those that it commits alone are in ``log``, with the ids
``key << 32 | number``: they lie together, there is no index, and a commit of one writes one page. Those that are committed with
others' are in ``shared_log``, in the order in which they come, with an index: a thousand of a thousand runs write sixty pages
where ``log`` would take a thousand, and seven times as long. ``runs.base`` is how many records snapshots have replaced, if any.
What is large and seldom read, arguments, options, snapshot and outcome, is apart (``contents``, ``key << 2 | kind``): the rows
of ``runs`` stay short.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["APPLICATION", "BYTES_OF_LOG", "LISTED", "LOG", "RECORDS", "SCHEMA", "Schema"]

APPLICATION: Final = 0x43534344
"""``CSCD``: by this a store is told from other databases."""


class Schema(NamedTuple):
    """What a store of one version consists of."""

    version: int
    create: tuple[str, ...]
    steps: Mapping[int, tuple[str, ...]]
    """By version: what makes a store of it one of the next."""


SCHEMA: Final = Schema(
    version=1,
    create=(
        """CREATE TABLE runs (
            key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, flow TEXT NOT NULL,
            program BLOB NOT NULL, status TEXT NOT NULL, standing TEXT, created REAL NOT NULL, updated REAL NOT NULL,
            base INTEGER, written INTEGER NOT NULL, owner TEXT, lease_until REAL NOT NULL, token INTEGER NOT NULL)""",
        "CREATE INDEX runs_by_status ON runs (status)",
        "CREATE INDEX runs_by_program ON runs (program)",
        "CREATE TABLE log (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)",
        """CREATE TABLE shared_log (
            id INTEGER PRIMARY KEY, run INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, sum INTEGER NOT NULL)""",
        "CREATE UNIQUE INDEX shared_log_by_run ON shared_log (run, number)",
        "CREATE TABLE contents (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)",
        """CREATE TABLE signals (
            id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, name BLOB NOT NULL, payload BLOB NOT NULL,
            sent REAL NOT NULL, sum INTEGER NOT NULL)""",
        "CREATE INDEX signals_by_run ON signals (run)",
        "CREATE TABLE programs (digest BLOB PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL, put REAL NOT NULL)",
    ),
    steps={},
)

BYTES_OF_LOG: Final = """(
    (SELECT coalesce(sum(length(data)), 0) FROM log WHERE id BETWEEN (runs.key << 32) AND (runs.key << 32) + 4294967295)
    + (SELECT coalesce(sum(length(data)), 0) FROM shared_log WHERE run = runs.key))"""
RECORDS: Final = """max(
    (SELECT coalesce(max(id) & 4294967295, 0) FROM log WHERE id BETWEEN (runs.key << 32) AND (runs.key << 32) + 4294967295),
    (SELECT coalesce(max(number), 0) FROM shared_log WHERE run = runs.key))"""
"""How many there are: the number of the last one."""
LISTED: Final = f"""SELECT id, name, flow, program, status, standing, created, updated, {RECORDS},
    {BYTES_OF_LOG} + coalesce((SELECT length(data) FROM contents WHERE id = (runs.key << 2) + 2), 0),
    {BYTES_OF_LOG} + written, owner, lease_until, token FROM runs"""
"""What `parse_run` reads, of each run."""
LOG: Final = """SELECT id & 4294967295 AS number, data, sum FROM log WHERE id BETWEEN :run << 32 AND (:run << 32) + 4294967295
    UNION ALL SELECT number, data, sum FROM shared_log WHERE run = :run ORDER BY number"""
