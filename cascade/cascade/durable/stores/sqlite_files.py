"""The file of a SQLite store: opened, told from other files, brought to this version; and what its errors mean.

The file is touched through SQLite alone. Opening it in another way would, when that is closed, take away the locks that this
process has on it (POSIX).
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from cascade.durable.stores.rows import damaged
from cascade.durable.stores.schema import APPLICATION, SCHEMA, Schema
from cascade.errors import NotAStore, Problem, StoreIsLocked, StoreIsNewer, StoreNotWritable, UsageError

__all__ = ["Place", "begin", "connect", "ending_left_to_the_store", "is_busy", "open_file", "store_error"]

_NOT_WRITABLE: Final = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_TOOBIG,
}  # fmt: skip
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}


class Place(NamedTuple):
    """Where a store is, and how it is to be written."""

    path: str
    synchronous: str = "full"
    patience: float = 10.0
    """Seconds to wait for a process that has the store locked."""


def is_busy(error: BaseException) -> bool:
    """Whether another process has the store locked."""
    return isinstance(error, sqlite3.Error) and _code(error) in _BUSY


def store_error(error: Exception, path: str) -> Exception:
    """The public error for one of SQLite; others are as they are."""
    if isinstance(error, OverflowError):
        return StoreNotWritable(Problem("CS516", f"the store `{path}` can not be written: {error}"))
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.ProgrammingError):
        return error  # a mistake of ours
    code = _code(error)
    if code in _BUSY:
        hint = "find the process that has it open; what was to be written can be written again"
        return StoreIsLocked(Problem("CS517", f"another process has the store `{path}` locked for too long", hint=hint))
    if code in _NOT_WRITABLE or isinstance(error, sqlite3.DataError):
        return StoreNotWritable(Problem("CS516", f"the store `{path}` can not be written: {error}"))
    if code == sqlite3.SQLITE_NOTADB:
        return _no_store(path, "it is no database")
    return damaged(f"the store `{path}` is damaged ({error})")


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _no_store(path: str, why: str, hint: str | None = None) -> NotAStore:
    return NotAStore(Problem("CS514", f"`{path}` is no store: {why}", hint=hint))


def open_file(place: Place, *, create: bool = True, schema: Schema = SCHEMA) -> sqlite3.Connection:
    """The connection that writes. The file is made, or brought to this version, if need be."""
    path = place.path
    if path in ("", ":memory:"):
        raise _no_store(path, "what is in memory does not last")
    if "\0" in path:
        raise _no_store(path.replace("\0", "\\0"), "no file has such a name")
    if os.path.isdir(path):
        raise _no_store(path, "it is a folder", "name a file in it, such as `runs.db`")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise _no_store(path, f"there is no folder `{os.path.dirname(path)}`")
    if not create and not os.path.exists(path):
        raise _no_store(path, "there is no such file")
    deadline = time.monotonic() + place.patience
    while True:
        db = None
        try:
            db = connect(place)
            _expect_store(db, path, schema)
            _prepare(db, place, schema)
            return db
        except BaseException as error:
            if db is not None:
                db.close()
            if not is_busy(error) or time.monotonic() > deadline:  # another process makes the store just now
                raise (store_error(error, path) if isinstance(error, sqlite3.Error) else error) from None
        time.sleep(random.uniform(0.001, 0.01))


def connect(place: Place, *, patience: float = 0) -> sqlite3.Connection:
    """One more connection to a file. For who writes nothing is waited for by SQLite itself: `begin` does that."""
    db = sqlite3.connect(place.path, timeout=patience, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def begin(db: sqlite3.Connection, patience: float) -> None:
    """Begin to write, as soon as no other process does.

    SQLite's own waiting looks again after 100 ms in the end, when a process that commits without a pause has taken the lock
    back a dozen times. Short and irregular looks get their turn.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            db.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
        time.sleep(random.uniform(0.0005, 0.005))


@contextmanager
def ending_left_to_the_store(db: sqlite3.Connection) -> Iterator[None]:
    """Somebody else works in a transaction of the store's: what would end it fails (`UsageError` CS528, also when that was
    caught), for then there would be writes without the commit that they belong to."""
    tried = False

    def authorize(action: int, *_: str | None) -> int:
        nonlocal tried
        if action != sqlite3.SQLITE_TRANSACTION:
            return sqlite3.SQLITE_OK
        tried = True
        return sqlite3.SQLITE_DENY

    cause = None
    db.set_authorizer(authorize)
    try:
        yield
    except Exception as error:
        if not tried:
            raise
        cause = error
    finally:
        db.set_authorizer(None)
    if tried:
        message = "a transactional task began or ended a transaction itself: what it writes is committed with its result"
        hint = "leave out `commit()`, `rollback()`, `with db:`, BEGIN, COMMIT and ROLLBACK; SAVEPOINT is allowed"
        raise UsageError(Problem("CS528", message, hint=hint)) from cause


def _expect_store(db: sqlite3.Connection, path: str, schema: Schema) -> bool:
    """Whether it is a store. False: nothing is there yet; an error: something else is."""
    [application], [version] = (db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
    [tables] = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == APPLICATION:
        if version > schema.version:
            said = f"the store `{path}` is of version {version}, and this Cascade knows versions up to {schema.version}"
            raise StoreIsNewer(Problem("CS515", said, hint="use the newer version of Cascade that wrote it"))
        return True
    if application or version or tables:
        raise _no_store(path, "it is a database of something else")
    return False


def _prepare(db: sqlite3.Connection, place: Place, schema: Schema) -> None:
    """Make what is not there, with whatever others do at the same time."""
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a file that has nothing in it yet
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA synchronous = {place.synchronous}")
    if _version(db) == schema.version:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        if _expect_store(db, place.path, schema):
            for version in range(_version(db), schema.version):
                _run_all(db, schema.steps[version])
        else:
            _run_all(db, schema.create)
            db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {schema.version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    [version] = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def _run_all(db: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        db.execute(statement)
