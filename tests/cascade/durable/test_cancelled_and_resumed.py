"""A run that is cancelled while nobody has it: what was under way is not made again just to be ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.running import resume_stored
from cascade.durable.store import Commit, open_store

import cascade as cs

calls: list[str] = []
begun: list[asyncio.Event] = []


@cs.task
async def hold() -> None:
    calls.append("hold")
    begun[0].set()
    await asyncio.Event().wait()


@cs.task
def clean_up(what: str) -> None:
    calls.append(what)


@cs.flow
def holding() -> None:
    clean_up("first")
    try:
        hold()
    finally:
        clean_up("last")


class Killed(BaseException):
    """The process is dead."""


class Dying:
    """A store that nothing is written to after so many commits."""

    def __init__(self, store: Any, most: int) -> None:
        self.store = store
        self.left = most

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def commit(self, commit: Commit) -> None:
        if not self.left:
            raise Killed
        self.left -= 1
        await self.store.commit(commit)


async def interrupted(url: str) -> None:
    """Begin the run, and end its process while it holds."""
    begun[:] = [asyncio.Event()]
    task = asyncio.ensure_future(cs.arun(holding(), store=url, run_id="held"))
    await begun[0].wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def resumed(url: str, commits: int) -> None:
    store = await open_store(url)
    dying: Any = Dying(store, commits)
    try:
        await resume_stored("held", dying)
    finally:
        await store.close()


@pytest.mark.parametrize("commits", [0, 1, 2, 3])
def test_a_cancellation_survives_being_killed(tmp_path: Path, commits: int) -> None:
    """Killed at each commit of its end: it is still cancelled, and goes the way that was recorded."""
    calls.clear()
    url = str(tmp_path / "runs.db")
    asyncio.run(interrupted(url))
    cs.Store(url).cancel("held")
    with pytest.raises((Killed, asyncio.CancelledError)):
        asyncio.run(resumed(url, commits))
    with pytest.raises(asyncio.CancelledError):
        cs.resume("held", url)
    assert calls.count("hold") == calls.count("first") == 1
    assert 1 <= calls.count("last") <= 2
    assert cs.Store(url).show("held").run.status == "cancelled"
