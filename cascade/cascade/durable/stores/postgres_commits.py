"""What many runs commit to a PostgreSQL store, in one transaction of a few statements.

The rows of the runs are locked in the order of their keys, and looked at: who has lost its run, or was written already when the
connection broke, is left out. What the others write is put together here, and sent without waiting for answers in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cascade.durable.store import Commit
from cascade.durable.stores.owners import lease_lost, owner_if_known
from cascade.durable.stores.postgres_link import Connection
from cascade.durable.stores.rows import OUTCOME, SNAPSHOT, format_standing, sum_of
from cascade.errors import LeaseLost

__all__ = ["Pending", "write_commits"]

_LOCK: Final = """SELECT key, token, commits, records, owner FROM runs WHERE key = ANY(%s) ORDER BY key FOR NO KEY UPDATE"""
_DELETE: Final = "DELETE FROM log WHERE run = ANY(%s)"
_APPEND: Final = "INSERT INTO log SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bigint[])"
_CONTENT: Final = """INSERT INTO contents SELECT * FROM unnest(%s::bigint[], %s::integer[], %s::bytea[], %s::bigint[])
    ON CONFLICT (run, kind) DO UPDATE SET data = excluded.data, sum = excluded.sum"""
_TAKE: Final = """DELETE FROM signals USING unnest(%s::bigint[], %s::bigint[]) AS taken (id, run)
    WHERE signals.id = taken.id AND signals.run = taken.run"""
_UPDATE: Final = """UPDATE runs SET
        commits = runs.commits + given.commits, records = given.records,
        base = CASE WHEN replaced IS NULL THEN base ELSE coalesce(base, 0) + replaced END,
        size = CASE WHEN given.snapshot IS NULL THEN size + grown ELSE given.snapshot END, written = written + more,
        status = coalesce(given.status, runs.status), standing = coalesce(given.standing, runs.standing),
        updated = coalesce(given.updated, runs.updated)
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
            %s::text[], %s::float8[])
        AS given (key, commits, records, replaced, grown, snapshot, more, status, standing, updated)
    WHERE runs.key = given.key"""


class Pending:
    """A commit that is to be written.

    ``at`` is the number of commits of its run before it, once it has been tried: where there are more, it was written.
    ``expected`` is that of another, of which the process was told that it is not.
    """

    __slots__ = ("at", "commit", "expected", "key", "now")

    def __init__(self, commit: Commit, key: int, now: float) -> None:
        self.commit = commit
        self.key = key
        self.now = now
        self.at: int | None = None
        self.expected: int | None = None


class _Row:
    """What becomes of a run, and of its row."""

    def __init__(self, token: int, commits: int, records: int, owner: str | None) -> None:
        self.token = token
        self.commits = commits
        self.owner = owner
        self.new_commits = self.grown = self.more = 0
        self.replaced: int | None = None
        """Records that snapshots have replaced, if there was one."""
        self.records = records
        self.snapshot: int | None = None
        """Bytes of the snapshot and the log, if there is a new snapshot."""
        self.status: str | None = None
        self.standing: str | None = None
        self.updated: float | None = None
        self.log: list[tuple[int, bytes]] = []
        self.contents: dict[int, bytes] = {}

    def add(self, commit: Commit, now: float) -> None:
        """This is committed, after what there is."""
        self.new_commits += 1
        if commit.snapshot is not None:
            self.replaced = (self.replaced or 0) + self.records
            self.records, self.log, self.grown = 0, [], 0
            self.contents[SNAPSHOT] = commit.snapshot
            self.snapshot = len(commit.snapshot)
            self.more += self.snapshot
        for data in commit.records:
            self.records += 1
            self.log.append((self.records, data))
            self.grown += len(data)
            self.more += len(data)
        if commit.outcome is not None:
            self.contents[OUTCOME] = commit.outcome
            self.more += len(commit.outcome)
        self.status = commit.status or self.status
        self.standing = format_standing(commit.standing) or self.standing
        if not commit.is_plain():
            self.updated = now

    def update(self, key: int) -> tuple[Any, ...]:
        """What `_UPDATE` is given."""
        size = None if self.snapshot is None else self.snapshot + self.grown
        numbers = (key, self.new_commits, self.records, self.replaced, self.grown, size, self.more)
        return (*numbers, self.status, self.standing, self.updated)


async def write_commits(db: Connection, batch: Sequence[Pending]) -> list[LeaseLost | None]:
    """Write what can be written; gives for each None or why not."""
    async with db.pipeline():
        found = await (await db.execute(_LOCK, (sorted({one.key for one in batch}),))).fetchall()
        rows = {key: _Row(*rest) for key, *rest in found}
        outcomes: list[LeaseLost | None] = []
        taken: list[tuple[int, int]] = []
        for one in batch:
            row, lease = rows.get(one.key), one.commit.lease
            if row is None or row.token != lease.token or (one.expected is not None and one.expected < row.commits):
                taker = row.owner if row is not None and row.token != lease.token else None
                outcomes.append(lease_lost(lease.run_id, owner_if_known(taker)))
                continue
            outcomes.append(None)
            if one.at is not None and one.at < row.commits:
                continue  # the connection broke after it had been written
            one.at = row.commits + row.new_commits
            row.add(one.commit, one.now)
            taken += [(number, one.key) for number in one.commit.taken]
        await _write_rows(db, {key: row for key, row in rows.items() if row.new_commits}, taken)
    return outcomes


async def _write_rows(db: Connection, rows: dict[int, _Row], taken: list[tuple[int, int]]) -> None:
    replaced = [key for key, row in rows.items() if row.snapshot is not None]
    if replaced:
        await db.execute(_DELETE, (replaced,))
    log = [(key, number, data, sum_of(data)) for key, row in rows.items() for number, data in row.log]
    contents = [(key, kind, data, sum_of(data)) for key, row in rows.items() for kind, data in row.contents.items()]
    updates = [row.update(key) for key, row in rows.items()]
    for statement, given in ((_APPEND, log), (_CONTENT, contents), (_TAKE, taken), (_UPDATE, updates)):
        if given:
            await db.execute(statement, tuple(map(list, zip(*given, strict=True))))
