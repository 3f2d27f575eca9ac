"""What comes while a commit is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.journal import CANCEL, LATE, read_record
from cascade.durable.store import CANCEL as CANCELLATION
from cascade.durable.store import Commit, Store, open_store

import cascade as cs

MADE: list[str] = []


@cs.task
async def make(name: str, seconds: float) -> str:
    MADE.append(name)
    await asyncio.sleep(seconds)
    return name


@cs.flow
def two_in_time() -> str:
    try:
        with cs.timeout(0.02):
            make("first", 0.03)
            make("second", 0.0)
    except TimeoutError:
        return "late"
    return "in time"


@cs.flow
def two() -> str:
    make("first", 0.05)
    return make("second", 0.0)


async def with_slow_commits_of(kind: int, path: Path, use: Callable[[Store], Any]) -> Any:
    """A store that takes its time to write events of this kind: calls end meanwhile."""
    store: Any = await open_store(str(path))
    commit = store.commit

    async def slowly(what: Commit) -> None:
        if any(event[0] == kind for record in what.records for turn in read_record(record) for event in turn):
            await asyncio.sleep(0.1)
        await commit(what)

    store.commit = slowly
    try:
        return await use(store)
    finally:
        await store.close()


@pytest.fixture(autouse=True)
def _nothing_made() -> None:
    MADE.clear()


def test_a_call_that_ends_while_its_lateness_is_written_is_late(tmp_path: Path) -> None:
    """As a coroutine that is cancelled after what it waits for has ended: it gets the cancellation, not the answer."""
    given = asyncio.run(with_slow_commits_of(LATE, tmp_path / "runs.db", lambda store: cs.arun(two_in_time(), store=store)))
    assert (given, MADE) == ("late", ["first"])


def test_a_run_is_cancelled_though_its_call_ends_meanwhile(tmp_path: Path) -> None:
    """A cancellation is not lost."""

    async def cancelled(store: Store) -> None:
        running = asyncio.ensure_future(_awaited(cs.arun(two(), store=store, run_id="run")))
        while not MADE:  # noqa: ASYNC110 - a task of the run puts it there
            await asyncio.sleep(0.001)
        await store.send("run", CANCELLATION, b"")
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(with_slow_commits_of(CANCEL, tmp_path / "runs.db", cancelled))
    assert MADE == ["first"]


async def _awaited(running: Any) -> Any:
    return await running
