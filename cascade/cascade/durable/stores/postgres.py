"""A store in a PostgreSQL database. Processes of several machines may have it open.

There is one connection that reads and writes (`postgres_link`), and one that hears of signals once somebody waits for them.
Commits that come while others are under way are one transaction (`postgres_commits`); the tables are in `postgres_schema`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from cascade.durable.store import CANCEL, READY, RUNNING, Commit, Lease, NewRun, Run, Signal, Stored
from cascade.durable.stores.grouping import Grouping
from cascade.durable.stores.opening import parse_patience
from cascade.durable.stores.owners import format_owner, is_dead, lease_lost, new_owner, parse_owner, run_is_owned
from cascade.durable.stores.postgres_commits import Pending, write_commits
from cascade.durable.stores.postgres_link import Connection, Link, load_psycopg
from cascade.durable.stores.postgres_reading import find, read_run, read_signals
from cascade.durable.stores.postgres_schema import LISTED, prepare
from cascade.durable.stores.rows import (
    ARGUMENTS,
    ASKED,
    SNAPSHOT,
    checked,
    expect_id,
    format_name,
    format_text,
    missing_program,
    parse_holding,
    parse_run,
    run_exists,
    sum_of,
)
from cascade.durable.stores.waiting import Waiting
from cascade.errors import Problem, StoreError, StoreNotWritable, StoreUnreachable, UsageError

__all__ = ["PostgresStore", "open_postgres"]

_OURS: Final = ("schema", "patience")
_INSERT_RUN: Final = """INSERT INTO runs
    (id, name, flow, program, status, created, updated, written, owner, lease_until, token)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1) ON CONFLICT (id) DO NOTHING RETURNING key"""
_COPY_RUN: Final = """INSERT INTO runs
    (id, name, flow, program, status, standing, created, updated, base, records, size, written)
    SELECT %s, name, flow, program, %s, standing, %s, %s, base, records, size,
        size + coalesce((SELECT sum(length(data)) FROM contents WHERE run = key AND kind < %s), 0)
    FROM runs WHERE key = %s ON CONFLICT (id) DO NOTHING RETURNING key"""
_COPIES: Final = (
    "INSERT INTO log SELECT %(new)s, number, data, sum FROM log WHERE run = %(old)s",
    "INSERT INTO contents SELECT %(new)s, kind, data, sum FROM contents WHERE run = %(old)s AND kind <= %(last)s",
    """INSERT INTO signals (run, name, payload, sent, sum)
        SELECT %(new)s, name, payload, sent, sum FROM signals WHERE run = %(old)s AND name <> %(cancel)s ORDER BY id""",
)
_PRUNE: Final = """WITH gone AS (
        DELETE FROM runs WHERE status = ANY(%s) AND updated < %s AND (owner IS NULL OR lease_until < %s) RETURNING key),
    logs AS (DELETE FROM log WHERE run IN (SELECT key FROM gone)),
    contents AS (DELETE FROM contents WHERE run IN (SELECT key FROM gone)),
    signals AS (DELETE FROM signals WHERE run IN (SELECT key FROM gone))
    SELECT count(*) FROM gone"""
_PRUNE_PROGRAMS: Final = """DELETE FROM programs WHERE put < %s
    AND NOT EXISTS (SELECT FROM runs WHERE program = digest)"""


async def open_postgres(url: str, *, clock: Callable[[], float], lease_seconds: float, create: bool = True) -> PostgresStore:
    """The store in a schema of a database."""
    server, mark, query = url.partition("?")
    options = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    schema, patience = options.get("schema", "cascade"), parse_patience(options)
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", schema):
        raise UsageError(Problem("CS400", f"a schema has lower case letters, digits and `_`: not `{schema}`"))
    others = urlencode({name: value for name, value in options.items() if name not in _OURS}, quote_via=quote)
    shown = re.sub(r"(//[^:@/]*):[^@/]*@", r"\1@", server) + mark + re.sub(r"(^|&)password=[^&]*", "", query)
    link = Link(server + mark + others, shown, schema, patience)
    load_psycopg()
    try:
        await link.use(lambda db, _again: prepare(db, schema, shown, create=create), keep_trying=False)
    except BaseException:
        await link.close()
        raise
    return PostgresStore(shown, link, schema, clock, lease_seconds)


class _Held:
    """A run that a store owns."""

    __slots__ = ("key", "unsure")

    def __init__(self, key: int) -> None:
        self.key = key
        self.unsure: Pending | None = None
        """A commit of which nobody knows whether it was written: the server went away."""


class PostgresStore:
    """A `cascade.durable.store.Store`."""

    def __init__(self, url: str, link: Link, schema: str, clock: Callable[[], float], lease_seconds: float) -> None:
        self._url = url
        self._link = link
        self._channel = f"{schema}_signals"
        self._clock = clock
        self.lease_seconds = lease_seconds
        self._owner = new_owner()
        self._held: dict[Lease, _Held] = {}
        self._commits = Grouping(self._write)
        self._waiting = Waiting()
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    @property
    def url(self) -> str:
        return self._url

    def _now(self) -> float:
        """The server's time, for machines may differ; a clock that a test brings along is taken as it is."""
        return self._clock() + (self._link.ahead if self._clock is time.time else 0.0)

    async def create(self, new: NewRun) -> Lease:
        expect_id(new.run_id)
        now = self._now()

        async def create(db: Connection, again: bool) -> int:
            # Written, not only read: whoever prunes at this moment looks at it again.
            known = await db.execute("UPDATE programs SET put = greatest(put, %s) WHERE digest = %s", (now, new.program))
            if not known.rowcount:
                raise missing_program(new.program)
            names = (new.run_id, format_text(new.name), format_text(new.flow), new.program, RUNNING)
            size, until = len(new.arguments) + len(new.asked), now + self.lease_seconds
            row = await (await db.execute(_INSERT_RUN, (*names, now, now, size, format_owner(self._owner), until))).fetchone()
            if row is None:
                query = "SELECT key FROM runs WHERE id = %s AND owner = %s AND created = %s AND token = 1"
                row = (
                    await (await db.execute(query, (new.run_id, format_owner(self._owner), now))).fetchone() if again else None
                )
                if row is None:
                    raise run_exists(new.run_id)
                return int(row[0])
            for kind, data in ((ARGUMENTS, new.arguments), (ASKED, new.asked)):
                await db.execute("INSERT INTO contents VALUES (%s, %s, %s, %s)", (row[0], kind, data, sum_of(data)))
            return int(row[0])

        lease = Lease(new.run_id, 1)
        self._held[lease] = _Held(await self._link.use(create))
        return lease

    async def take(self, run_id: str) -> Lease:
        async def take(db: Connection, again: bool) -> tuple[int, int]:
            key, now = await find(db, run_id), self._now()
            query = "SELECT owner, lease_until, token FROM runs WHERE key = %s FOR UPDATE"
            row = await (await db.execute(query, (key,))).fetchone()
            other, until, token = parse_holding(row or (None, 0.0, 0), run_id)
            if other is not None and again and other.key == self._owner.key and Lease(run_id, token) not in self._held:
                return key, token  # taken before the connection broke
            if other is not None and until > now and not is_dead(other):
                raise run_is_owned(run_id, other, until)
            update = "UPDATE runs SET owner = %s, lease_until = %s, token = %s WHERE key = %s"
            await db.execute(update, (format_owner(self._owner), now + self.lease_seconds, token + 1, key))
            return key, token + 1

        key, token = await self._link.use(take)
        lease = Lease(run_id, token)
        self._held[lease] = _Held(key)
        return lease

    async def renew(self, lease: Lease) -> None:
        held = self._expect_held(lease)

        async def renew(db: Connection, _again: bool) -> None:
            query = "UPDATE runs SET lease_until = %s WHERE key = %s AND token = %s"
            done = await db.execute(query, (self._now() + self.lease_seconds, held.key, lease.token))
            if not done.rowcount:
                row = await (await db.execute("SELECT owner FROM runs WHERE key = %s", (held.key,))).fetchone()
                raise lease_lost(lease.run_id, parse_owner(row[0]) if row else None)

        await self._link.use(renew)

    async def release(self, lease: Lease) -> None:
        held = self._held.get(lease)
        if held is not None:
            await self._release([(held.key, lease.token)])
            self._held.pop(lease, None)
            self._waiting.forget(lease.run_id)

    async def _release(self, owned: list[tuple[int, int]]) -> None:
        async def release(db: Connection, _again: bool) -> None:
            query = """UPDATE runs SET owner = NULL, lease_until = 0
                FROM unnest(%s::bigint[], %s::bigint[]) AS owned (key, token)
                WHERE runs.key = owned.key AND runs.token = owned.token"""
            await db.execute(query, tuple(map(list, zip(*owned, strict=True))))

        await self._link.use(release)

    def _expect_held(self, lease: Lease) -> _Held:
        held = self._held.get(lease)
        if held is None:
            raise lease_lost(lease.run_id, None)
        return held

    async def commit(self, commit: Commit) -> None:
        held = self._expect_held(commit.lease)
        unsure, pending = held.unsure, Pending(commit, held.key, self._clock())
        if unsure is not None and unsure.commit == commit:
            pending = unsure
        elif unsure is not None:
            pending.expected = unsure.at
        try:
            await self._commits.add(pending)
        except StoreUnreachable:
            held.unsure = pending if pending.at is not None else held.unsure
            raise
        held.unsure = None

    async def transact(self, lease: Lease, work: Callable[[Any], Awaitable[Commit]]) -> None:
        held = self._expect_held(lease)

        async def whole(db: Connection, _again: bool) -> None:
            row = await (await db.execute("SELECT token, owner FROM runs WHERE key = %s FOR UPDATE", (held.key,))).fetchone()
            if row is None or row[0] != lease.token:
                raise lease_lost(lease.run_id, parse_owner(row[1]) if row else None)
            [lost] = await write_commits(db, [Pending(await work(db), held.key, self._clock())])
            if lost is not None:
                raise lost

        await self._link.use(whole, keep_trying=False)

    async def _write(self, batch: list[Pending]) -> Sequence[Exception | None]:
        try:
            return await self._link.use(lambda db, _again: write_commits(db, batch))
        except StoreNotWritable as error:
            if len(batch) == 1:
                return [error]
        return [one for pending in batch for one in await self._write([pending])]  # those that can be written are

    async def read(self, run_id: str) -> Stored:
        stored = await self._link.use(lambda db, _again: read_run(db, run_id))
        self._waiting.shown(run_id, stored.signals)
        return stored

    async def runs(self, *, status: str | None = None, limit: int = 100, newest_first: bool = True) -> list[Run]:
        async def read(db: Connection, _again: bool) -> list[Run]:
            order = "DESC" if newest_first else "ASC"
            query = f"{LISTED} WHERE %s::text IS NULL OR status = %s ORDER BY key {order} LIMIT %s"
            found: Any = await db.execute(query, (status, status, limit))
            return [parse_run(row) for row in await found.fetchall()]

        return await self._link.use(read)

    async def send(self, run_id: str, name: str, payload: bytes) -> int:
        nonce, now = secrets.token_bytes(12), self._clock()

        async def send(db: Connection, _again: bool) -> int:
            query = """INSERT INTO signals (run, name, payload, sent, sum, nonce) VALUES (%s, %s, %s, %s, %s, %s)
                ON CONFLICT (nonce) DO UPDATE SET nonce = excluded.nonce RETURNING id"""
            key = await find(db, run_id, "FOR KEY SHARE")
            row = await (await db.execute(query, (key, format_name(name), payload, now, sum_of(payload), nonce))).fetchone()
            await db.execute("SELECT pg_notify(%s, %s)", (self._channel, run_id))
            assert row is not None
            return int(row[0])

        return await self._link.use(send)

    async def signals(self, run_id: str) -> list[Signal]:
        found = await self._link.use(lambda db, _again: read_signals(db, run_id))
        return self._waiting.shown(run_id, found)

    async def changed(self, run_id: str, seconds: float) -> None:
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, 5)):  # `wait_for` may lose a cancellation, before Python 3.12
                await self._listening.wait()
        waiter = self._waiting.enter(run_id)
        try:
            newest = await self._link.use(lambda db, _again: read_signals(db, run_id))
            if not newest or not self._waiting.is_new(run_id, newest[-1].id):
                await self._waiting.wait(waiter, seconds)
        finally:
            self._waiting.leave(run_id, waiter)

    async def _listen(self) -> None:
        """Wake those whose runs are told of; and all of them when something may have been missed."""
        while True:
            with contextlib.suppress(load_psycopg().Error):
                async with contextlib.AsyncExitStack() as stack:
                    db = await self._link.connect()
                    stack.push_async_callback(db.close)
                    await db.execute(f"LISTEN {self._channel}")
                    self._listening.set()
                    self._waiting.wake_all()
                    async for notice in db.notifies():
                        self._waiting.wake([notice.payload])
            self._listening.clear()
            await asyncio.sleep(0.2)

    async def put_program(self, digest: bytes, data: bytes) -> None:
        query = """INSERT INTO programs VALUES (%s, %s, %s, %s)
            ON CONFLICT (digest) DO UPDATE SET put = greatest(programs.put, excluded.put)"""
        now = self._clock()
        await self._link.use(lambda db, _again: db.execute(query, (digest, data, sum_of(data), now)))

    async def program(self, digest: bytes) -> bytes:
        query = "SELECT data, sum FROM programs WHERE digest = %s"

        async def read(db: Connection, _again: bool) -> Any:
            return await (await db.execute(query, (digest,))).fetchone()

        row = await self._link.use(read)
        if row is None:
            raise missing_program(digest)
        data, total = row
        return checked(data, total, "", f"the program {digest.hex()[:16]}")

    async def copy(self, run_id: str, new_id: str) -> None:
        expect_id(new_id)
        now = self._clock()

        async def copy(db: Connection, again: bool) -> None:
            old = await find(db, run_id, "FOR SHARE")
            row = await (await db.execute(_COPY_RUN, (new_id, READY, now, now, SNAPSHOT, old))).fetchone()
            if row is None:
                query = "SELECT FROM runs WHERE id = %s AND created = %s"
                if again and await (await db.execute(query, (new_id, now))).fetchone() is not None:
                    return
                raise run_exists(new_id)
            given = {"new": row[0], "old": old, "last": SNAPSHOT, "cancel": format_name(CANCEL)}
            for statement in _COPIES:
                await db.execute(statement, given)

        await self._link.use(copy)

    async def prune(self, *, before: float, statuses: Sequence[str]) -> int:
        async def prune(db: Connection, _again: bool) -> int:
            row = await (await db.execute(_PRUNE, ([*statuses], before, self._now()))).fetchone()
            await db.execute(_PRUNE_PROGRAMS, (before,))
            assert row is not None
            return int(row[0])

        count = await self._link.use(prune)
        await self._link.outside("VACUUM runs, log, contents, signals, programs")
        return count

    async def close(self) -> None:
        await self._commits.finish()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])
        self._waiting.wake_all()
        owned = [(held.key, lease.token) for lease, held in self._held.items()]
        self._held.clear()
        with contextlib.suppress(StoreError):  # a lease ends by itself
            if owned:
                await self._release(owned)
        await self._link.close()
