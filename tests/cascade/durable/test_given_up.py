"""Who is cancelled while a run is being made, taken or ended does not keep it: the same call goes on at once."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.store import Store, open_store
from cascade.durable.stores import writer

import cascade as cs


@cs.task(mode="inline")
def add(number: int) -> int:
    return number + 1


@cs.flow
def count(turns: int) -> int:
    total = 0
    for _ in range(turns):
        total = add(total)
    return total


async def cancelled_after(turns: int, store: Store, run_id: str) -> None:
    """Cancelled after so many turns of the event loop."""
    task = asyncio.ensure_future(cs.arun(count(3), store=store, run_id=run_id))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("slow", [1000.0, -1.0], ids=["loop", "thread"])
def test_a_run_is_given_up_whenever_it_is_cancelled(slow: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a turn of the event loop; begun anew, and continued."""
    monkeypatch.setattr(writer, "SLOW", slow)

    async def run() -> None:
        store = await open_store(str(tmp_path / "runs.db"))
        for turns in range(30):
            await cancelled_after(turns, store, f"run-{turns}")
            await cancelled_after(turns, store, f"run-{turns}")
            assert await cs.arun(count(3), store=store, run_id=f"run-{turns}") == 3
        await store.close()

    asyncio.run(run())


class Full:
    """A connection of which one COMMIT waits, and then finds the disk full."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.is_due = False
        self.committing, self.go_on = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, statement: str, *values: Any) -> Any:
        self.is_due = self.is_due or "SET owner = NULL" in statement
        if statement == "COMMIT" and self.is_due and not self.go_on.is_set():
            self.committing.set()
            self.go_on.wait()
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self._db.execute(statement, *values)


def test_a_run_whose_end_was_not_written_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when nobody waits for that end any more."""
    monkeypatch.setattr(writer, "SLOW", -1.0)

    async def run() -> None:
        store: Any = await open_store(str(tmp_path / "runs.db"))
        for number in range(20):  # until it is known that commits are slow
            await cs.arun(count(1), store=store, run_id=f"first-{number}")
        store._writer.db = full = Full(store._writer.db)
        store._execute = full.execute
        task = asyncio.ensure_future(cs.arun(count(3), store=store, run_id="run"))
        await asyncio.to_thread(full.committing.wait)
        task.cancel()
        await asyncio.sleep(0.01)
        full.go_on.set()
        with suppress(asyncio.CancelledError):
            await task
        assert await cs.arun(count(3), store=store, run_id="run") == 3
        await store.close()

    asyncio.run(run())
