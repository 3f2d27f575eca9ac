"""What is read from a PostgreSQL store."""

from __future__ import annotations

from typing import Any, Literal

from cascade.durable.store import Signal, Stored
from cascade.durable.stores.postgres_link import Connection
from cascade.durable.stores.postgres_schema import LISTED
from cascade.durable.stores.rows import (
    ARGUMENTS,
    ASKED,
    KINDS,
    OUTCOME,
    SNAPSHOT,
    checked,
    damaged,
    no_such_run,
    parse_signal,
    stored_run,
)

__all__ = ["find", "read_run", "read_signals"]


async def find(db: Connection, run_id: str, lock: Literal["", "FOR SHARE", "FOR KEY SHARE"] = "") -> int:
    """The key of a run, or `NoSuchRun`."""
    if "\0" not in run_id:
        row = await (await db.execute(f"SELECT key FROM runs WHERE id = %s {lock}", (run_id,))).fetchone()
        if row is not None:
            return int(row[0])
    known = await (await db.execute("SELECT id FROM runs ORDER BY key DESC LIMIT 2000")).fetchall()
    raise no_such_run(run_id, [name for [name] in known])


async def read_run(db: Connection, run_id: str) -> Stored:
    """A run whole, as it was at one moment."""
    await db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    key = await find(db, run_id)
    row: Any = await (await db.execute(f"{LISTED} WHERE key = %s", (key,))).fetchone()
    [base] = await (await db.execute("SELECT base FROM runs WHERE key = %s", (key,))).fetchone() or [None]
    rows = await (await db.execute("SELECT kind, data, sum FROM contents WHERE run = %s", (key,))).fetchall()
    contents = {kind: checked(data, total, run_id, f"the {KINDS[kind]}") for kind, data, total in rows}
    log = await (await db.execute("SELECT number, data, sum FROM log WHERE run = %s ORDER BY number", (key,))).fetchall()
    run = stored_run(row)
    records, replaced = [], base or 0
    for number, (found, data, total) in enumerate(log, 1):
        if found != number:
            raise damaged(f"record {replaced + number} of run `{run_id}` is missing")
        records.append(checked(data, total, run_id, f"record {replaced + number}"))
    if len(records) != run.records:
        raise damaged(f"record {replaced + len(records) + 1} of run `{run_id}` is missing")
    for kind in (ARGUMENTS, ASKED, *([SNAPSHOT] if base is not None else [])):
        if kind not in contents:
            raise damaged(f"the {KINDS[kind]} of run `{run_id}` is missing")
    signals = await _signals(db, key, run_id)
    return Stored(run, contents[ARGUMENTS], contents[ASKED], contents.get(SNAPSHOT), records, signals, contents.get(OUTCOME))


async def read_signals(db: Connection, run_id: str) -> list[Signal]:
    """Those that a run has not taken."""
    return await _signals(db, await find(db, run_id), run_id)


async def _signals(db: Connection, key: int, run_id: str) -> list[Signal]:
    rows = await (
        await db.execute("SELECT id, name, payload, sent, sum FROM signals WHERE run = %s ORDER BY id", (key,))
    ).fetchall()
    return [parse_signal(row, run_id) for row in rows]
