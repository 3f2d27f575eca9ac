"""The way to a PostgreSQL server: a connection that is made again when it breaks, and what the errors mean.

Work is a function of the connection and ``again``. It is done in a transaction of its own, and done again when the connection
broke: then ``again`` is true, and it has to look whether it was done already.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, Final, Protocol, TypeVar

from cascade.durable.stores.rows import damaged
from cascade.errors import Problem, StoreError, StoreIsLocked, StoreNotWritable, StoreUnreachable

__all__ = ["Connection", "Link", "load_psycopg", "store_error"]

T = TypeVar("T")


class Cursor(Protocol):
    """What a statement gave."""

    rowcount: int

    async def fetchone(self) -> Any: ...
    async def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """What is used of psycopg's connections, so that types can be checked where it is not installed."""

    @property
    def closed(self) -> bool: ...
    async def execute(self, query: str, params: Any = None) -> Cursor: ...
    async def close(self) -> None: ...
    def transaction(self) -> AbstractAsyncContextManager[Any]: ...
    def pipeline(self) -> AbstractAsyncContextManager[Any]: ...
    def notifies(self) -> AsyncIterator[Any]: ...


_NOT_WRITABLE: Final = ("25006", "42501", "53100", "53200", "53400", "54000", "58030", "58P01", "58P02")
_LOCKED: Final = ("55P03", "40P01", "40001")
_DAMAGED: Final = ("XX001", "XX002", "42P01", "42703")


def load_psycopg() -> Any:
    """The library, or what to install."""
    try:
        return import_module("psycopg")
    except ImportError as error:
        hint = "pip install 'cascade-lang[postgres]'"
        raise StoreUnreachable(
            Problem("CS519", f"a PostgreSQL store needs psycopg, which can not be imported: {error}", hint=hint)
        ) from error


class Link:
    """One connection, used by one at a time."""

    def __init__(self, conninfo: str, url: str, schema: str, patience: float) -> None:
        self._conninfo = conninfo
        self._url = url
        self._schema = schema
        self._patience = patience
        self._lock = asyncio.Lock()
        self._db: Connection | None = None
        self.ahead = 0.0
        """Seconds that the server's clock is ahead of this machine's: leases of several machines have to be of one clock."""

    async def connect(self) -> Connection:
        """A connection of its own, whose tables are those of the store."""
        psycopg = load_psycopg()
        options: dict[str, Any] = {"autocommit": True, "connect_timeout": max(int(self._patience), 2)}
        db: Connection = await psycopg.AsyncConnection.connect(self._conninfo, **options)
        settings = "SELECT set_config('search_path', %s, false), set_config('lock_timeout', %s, false)"
        try:
            await db.execute(settings, (self._schema, str(int(self._patience * 1000) or 1)))
            row = await (await db.execute("SELECT extract(epoch FROM clock_timestamp())::float8")).fetchone()
        except BaseException:
            await db.close()
            raise
        assert row is not None
        self.ahead = row[0] - time.time()
        return db

    async def use(self, work: Callable[[Connection, bool], Awaitable[T]], *, keep_trying: bool = True) -> T:
        """Do something in a transaction."""
        again, deadline = False, time.monotonic() + (self._patience if keep_trying else 0)
        async with self._lock:
            while True:
                try:
                    if self._db is None or self._db.closed:
                        self._db = await self.connect()
                    async with self._db.transaction():
                        return await work(self._db, again)
                except StoreError:
                    raise
                except load_psycopg().Error as error:
                    broken = self._db is None or self._db.closed or is_broken(error)
                    if not (broken or error.sqlstate in _LOCKED[1:]) or time.monotonic() > deadline:
                        raise store_error(error, self._url) from error
                    again = again or broken
                    if broken:
                        await self._drop()
                await asyncio.sleep(0.05)

    async def outside(self, statement: Any) -> None:
        """Run a statement that takes no transaction."""
        async with self._lock:
            if self._db is not None and not self._db.closed:
                with contextlib.suppress(load_psycopg().Error):
                    await self._db.execute(statement)

    async def close(self) -> None:
        async with self._lock:
            await self._drop()

    async def _drop(self) -> None:
        if self._db is not None:
            with contextlib.suppress(Exception):
                await self._db.close()
            self._db = None


def is_broken(error: Any) -> bool:
    """Whether the connection is gone, or the server is about to be."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, load_psycopg().OperationalError)
    return bool(state.startswith("08") or state in ("57P01", "57P02", "57P03", "57P05", "53300"))


def store_error(error: Any, url: str) -> Exception:
    """The public error for one of psycopg; others are as they are."""
    said = " ".join(str(error).split())
    if is_broken(error):
        hint = "what was to be written can be written again when the server answers"
        return StoreUnreachable(Problem("CS519", f"the server of the store `{url}` can not be reached: {said}", hint=hint))
    if error.sqlstate in _LOCKED:
        return StoreIsLocked(Problem("CS517", f"another process has the store `{url}` locked for too long: {said}"))
    if error.sqlstate in _NOT_WRITABLE:
        return StoreNotWritable(Problem("CS516", f"the store `{url}` can not be written: {said}"))
    if error.sqlstate in _DAMAGED:
        return damaged(f"the store `{url}` is damaged ({said})")
    return error if isinstance(error, Exception) else RuntimeError(said)
