"""Stores of tests: where they are, how they are opened, and a PostgreSQL server, if there is one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.store import Commit, Lease, NewRun, Store, open_store

SERVER = "CASCADE_TEST_POSTGRES"
"""The variable that has the URL of a PostgreSQL database in which tests may make and drop schemas."""
needs_server = pytest.mark.skipif(not os.environ.get(SERVER), reason=f"no PostgreSQL server: {SERVER} is not set")
BACK_ENDS = ["sqlite", pytest.param("postgres", marks=needs_server)]


def store_url(kind: str, folder: Path) -> Iterator[str]:
    """A place where there is no store yet; it is gone afterwards."""
    if kind == "sqlite":
        yield str(folder / "runs.db")
        return
    import psycopg

    server, schema = os.environ[SERVER], f"cascade_test_{uuid.uuid4().hex[:12]}"
    yield f"{server}{'&' if '?' in server else '?'}schema={schema}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


async def open_new(url: str, run_id: str = "run", **options: Any) -> tuple[Store, Lease]:
    """A store with a run, which it owns."""
    store = await open_store(url, **options)
    return store, await new_run(store, run_id)


async def new_run(store: Store, run_id: str = "run") -> Lease:
    """A run that the store owns."""
    await store.put_program(b"digest", b"program")
    return await store.create(NewRun(run_id, b"digest", "main", b"arguments", b"asked", "flow.csc"))


async def fill(store: Store, lease: Lease, count: int, make: Callable[[int], bytes] = lambda at: b"%d" % at) -> None:
    """Commit so many records, one by one."""
    for at in range(count):
        await store.commit(Commit(lease, [make(at)]))
