"""Stores that every version of the format has left: each run in them goes on to what it comes to.

`stores/version_1.db` has a run in each state that a run can be found in. Once a version is released its file stays as it is. To
write that of this version:

    pytest tests/golden/test_stored_runs.py --write-golden
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cascade.durable import run as durable_run
from cascade.durable.running import Options, resume_stored
from cascade.durable.store import CANCEL, CANCELLED, DONE, FAILED, PAUSED, RUNNING, WAITING, Store, open_store
from cascade.durable.stores.schema import SCHEMA

import cascade as cs

FOLDER = Path(__file__).with_name("stores")
NEWEST = FOLDER / f"version_{SCHEMA.version}.db"
LATER = 40 * 86_400.0
"""Seconds after which all that sleeps is awake."""


class Kept(NamedTuple):
    """A run in a store: a call of a flow, the call that it is left at, if it is, and what it comes to in the end."""

    flow: str
    arguments: tuple[Any, ...] = ()
    stuck: tuple[str, ...] = ()
    comes_to: Any = None
    status: str = RUNNING
    least_log: int = 16_384
    calls: int | None = None
    signal: object = None


KEPT = {
    "in a loop": Kept("looping", (5,), ("step 3",), [0, 1, 4, 9, 16]),
    "in a parallel": Kept("side_by_side", (6,), ("step 1", "step 4"), [0, 1, 4, 9, 16, 25]),
    "in a finally": Kept("cleaning", (3,), ("step 10",), [0, 1, 4, "no tea", 100]),
    "asleep": Kept("asleep", (), (), [4, 9], WAITING),
    "waiting": Kept("waiting", (), (), [4, {"by": "ann"}, 9], WAITING, signal={"by": "ann"}),
    "between attempts": Kept("retrying", (), (), [4, "attempt 2"], WAITING),
    "with a snapshot and a log": Kept("growing", (40,), ("note 37",), [41, "line 0", "end"], least_log=300),
    "paused": Kept("looping", (5,), (), [0, 1, 4, 9, 16], PAUSED, calls=3),
    "finished": Kept("looping", (3,), (), [0, 1, 4], DONE),
    "failed": Kept("failing", (), (), LookupError("no jam"), FAILED),
    "cancelled": Kept("waiting", (), (), asyncio.CancelledError(), CANCELLED),
}


@pytest.fixture(scope="module", autouse=True)
def _tasks() -> Iterator[None]:
    """The tasks can be imported."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))
    sys.modules.pop("kept_tasks", None)


# --- writing -----------------------------------------------------------------------------------------------------------------


async def write(path: Path) -> None:
    """A store with all of these runs, in the states that they are left in."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("kept.csc", "kept_tasks.py"):
            shutil.copy(FOLDER / name, folder)
        program = cs.load(Path(folder) / "kept.csc")
        import kept_tasks  # type: ignore[import-not-found]

        store = await open_store(str(path))
        for run_id, kept in KEPT.items():
            kept_tasks.STUCK, kept_tasks.ARRIVED[:] = {*kept.stuck}, []
            await leave(store, program[kept.flow](*kept.arguments), run_id, kept, lambda: len(kept_tasks.ARRIVED))
        kept_tasks.STUCK = set()
        await store.close()
    with closing(sqlite3.connect(path)) as db:  # one file, without a log beside it
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def leave(store: Store, call: Any, run_id: str, kept: Kept, arrived: Callable[[], int]) -> None:
    """Run it as far as it is to come."""
    before, durable_run.LEAST_LOG = durable_run.LEAST_LOG, kept.least_log  # type: ignore[misc]
    budget = None if kept.calls is None else cs.Budget(calls=kept.calls)
    running = asyncio.ensure_future(_awaited(cs.arun(call, store=store, run_id=run_id, budget=budget)))
    try:
        if kept.status in (DONE, FAILED, PAUSED):
            await asyncio.wait([running])
            return
        while not await stands(store, run_id) or arrived() < len(kept.stuck):  # noqa: ASYNC110 - it says so in the store
            await asyncio.sleep(0.01)
        if kept.status == CANCELLED:
            await store.send(run_id, CANCEL, b"")
            await asyncio.wait([running])
    finally:
        running.cancel()
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()
        durable_run.LEAST_LOG = before  # type: ignore[misc]


async def stands(store: Store, run_id: str) -> bool:
    """Whether a run is there, and says where it stands."""
    return any(run.run_id == run_id and run.standing is not None for run in await store.runs())


async def _awaited(running: Any) -> Any:
    return await running


# --- tests -------------------------------------------------------------------------------------------------------------------


def test_there_is_a_store_of_this_version(request: pytest.FixtureRequest) -> None:
    """One command writes it; in CI none does."""
    if request.config.getoption("--write-golden"):
        if os.environ.get("CI"):
            raise pytest.UsageError("golden files are not written in CI: write them, and commit them")
        NEWEST.unlink(missing_ok=True)
        asyncio.run(write(NEWEST))
    assert NEWEST.exists()


def stored() -> list[Any]:
    return [pytest.param(path, run_id, id=f"{path.stem} {run_id}") for path in sorted(FOLDER.glob("*.db")) for run_id in KEPT]


@pytest.mark.parametrize(("path", "run_id"), stored())
def test_it_goes_on(path: Path, run_id: str, tmp_path: Path) -> None:
    """As far as it had come, and then to its end."""
    kept = KEPT[run_id]
    copy = shutil.copy(path, tmp_path / "runs.db")
    options = Options(now=lambda: time.time() + LATER)
    budget = None if kept.calls is None else cs.Budget(calls=100)

    async def resumed() -> Any:
        store = await open_store(str(copy), create=False)
        try:
            run = (await store.read(run_id)).run
            assert run.status == kept.status
            assert run.standing is not None
            if kept.signal is not None:
                await cs.asignal(run_id, "approved", kept.signal, store=store)
            _, value = await resume_stored(run_id, store, budget, options)
            assert (await store.read(run_id)).run.status == DONE
            return value
        finally:
            await store.close()

    if isinstance(kept.comes_to, BaseException):
        with pytest.raises(type(kept.comes_to)) as caught:
            asyncio.run(resumed())
        assert caught.value.args == kept.comes_to.args
    else:
        assert asyncio.run(resumed()) == kept.comes_to


def test_the_store_has_all_that_it_is_to_have() -> None:
    """Logs, snapshots, and both together."""
    with closing(sqlite3.connect(f"file:{NEWEST}?mode=ro&immutable=1", uri=True)) as db:
        found = {
            run_id: (bool(logged), bool(saved))
            for run_id, logged, saved in db.execute(
                """SELECT runs.id, (SELECT count(*) FROM log WHERE log.id >> 32 = key) +
                (SELECT count(*) FROM shared_log WHERE run = key),
                (SELECT count(*) FROM contents WHERE contents.id = (key << 2) + 2 AND length(data) > 0) FROM runs"""
            )
        }
    assert found.keys() == KEPT.keys()
    assert found["in a loop"] == (True, False)
    assert found["with a snapshot and a log"] == (True, True)
