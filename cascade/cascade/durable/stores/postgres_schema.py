"""The tables of a PostgreSQL store. All are in one schema, ``cascade`` unless the URL names another.

Unlike in a file of SQLite, each commit updates the row of its run, for that is what it locks: who commits has the row, and
nobody can take the run meanwhile. ``commits`` counts them, so that it can be found out what became of one whose connection
broke. The row is short and has room beside it (``fillfactor``), and no index is on what changes.
"""

from __future__ import annotations

from typing import Any, Final

from cascade.durable.stores.postgres_link import Connection
from cascade.errors import NotAStore, Problem, StoreIsNewer

__all__ = ["LISTED", "VERSION", "prepare"]

VERSION: Final = 1
_APPLICATION: Final = "cascade store"
_LOCK: Final = 0x43534344
_CREATE: Final = (
    "CREATE TABLE about (application text NOT NULL, version integer NOT NULL)",
    """CREATE TABLE runs (
        key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, name text NOT NULL, flow text NOT NULL,
        program bytea NOT NULL, status text NOT NULL, standing text, created float8 NOT NULL, updated float8 NOT NULL,
        base bigint, records bigint NOT NULL DEFAULT 0, commits bigint NOT NULL DEFAULT 0,
        size bigint NOT NULL DEFAULT 0, written bigint NOT NULL DEFAULT 0, owner text, lease_until float8 NOT NULL DEFAULT 0,
        token bigint NOT NULL DEFAULT 0) WITH (fillfactor = 60)""",
    "CREATE INDEX runs_by_program ON runs (program)",
    "CREATE TABLE log (run bigint, number bigint, data bytea NOT NULL, sum bigint NOT NULL, PRIMARY KEY (run, number))",
    "CREATE TABLE contents (run bigint, kind integer, data bytea NOT NULL, sum bigint NOT NULL, PRIMARY KEY (run, kind))",
    """CREATE TABLE signals (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run bigint NOT NULL, name bytea NOT NULL, payload bytea NOT NULL,
        sent float8 NOT NULL, sum bigint NOT NULL, nonce bytea UNIQUE)""",
    "CREATE INDEX signals_by_run ON signals (run)",
    "CREATE TABLE programs (digest bytea PRIMARY KEY, data bytea NOT NULL, sum bigint NOT NULL, put float8 NOT NULL)",
)
_STEPS: Final[dict[int, tuple[str, ...]]] = {}
"""By version: what makes a store of it one of the next."""
LISTED: Final = """SELECT id, name, flow, program, status, standing, created, updated, records, size, written, owner,
    lease_until, token FROM runs"""
"""What `parse_run` reads, of each run."""


async def prepare(db: Connection, schema: str, url: str, *, create: bool) -> None:
    """Make what is not there, or bring it to this version; an error when something else is there."""
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        query = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'"
        tables = {row[0] for row in await (await db.execute(query, (schema,))).fetchall()}
        version = await _version(db, tables, schema, url)
        if version == VERSION:
            return
        if version is None:
            if not create:
                raise _no_store(url, f"the database has no schema `{schema}` with a store")
            await _run_all(db, (f"CREATE SCHEMA IF NOT EXISTS {schema}", *_CREATE))
            await db.execute("INSERT INTO about VALUES (%s, %s)", (_APPLICATION, VERSION))
            return
        for step in range(version, VERSION):
            await _run_all(db, _STEPS[step])
        await db.execute("UPDATE about SET version = %s", (VERSION,))


async def _version(db: Connection, tables: set[Any], schema: str, url: str) -> int | None:
    """Of the store that is there; None when there is none."""
    if not tables:
        return None
    rows = await (await db.execute("SELECT * FROM about")).fetchall() if "about" in tables else []
    if not rows or rows[0][0] != _APPLICATION:
        raise _no_store(url, f"the schema `{schema}` has tables of something else")
    version: int = rows[0][1]
    if version > VERSION:
        said = f"the store `{url}` is of version {version}, and this Cascade knows versions up to {VERSION}"
        raise StoreIsNewer(Problem("CS515", said, hint="use the newer version of Cascade that wrote it"))
    return version


async def _run_all(db: Connection, statements: tuple[Any, ...]) -> None:
    for statement in statements:
        await db.execute(statement)


def _no_store(url: str, why: str) -> NotAStore:
    return NotAStore(Problem("CS514", f"`{url}` is no store: {why}"))
