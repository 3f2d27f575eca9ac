"""A SQLite store of version 1, as a file: it is opened for ever.

`store.db` was written by that version. It is written again, where there is none, by

    pytest tests/golden --write-golden
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from cascade.durable.store import CANCEL, DONE, PAUSED, Commit, NewRun, Standing, open_store

WRITTEN = Path(__file__).with_name("store.db")
NOW = 1_750_000_000.5
STANDING = Standing("flow.csc:3", "signal 'approved'", NOW, NOW + 60, 7, 2)


async def write(path: Path) -> None:
    """A run that has all that a run can have, one that was committed together with it, and one that ended."""
    store = await open_store(str(path), clock=lambda: NOW)
    await store.put_program(b"digest", b"program")
    runs = [NewRun(name, b"digest", "main", b"arguments", b"asked", "flow.csc") for name in ("full", "together", "ended")]
    full, together, ended = [await store.create(run) for run in runs]
    await store.commit(Commit(full, [b"replaced"]))
    await store.commit(Commit(full, snapshot=b"snapshot", standing=STANDING, status=PAUSED))
    await store.commit(Commit(full, [b"alone"]))
    await asyncio.gather(*(store.commit(Commit(one, [b"1", b"\0\xff"])) for one in (full, together)))
    await store.commit(Commit(ended, status=DONE, outcome=b"outcome"))
    for name in ("approved", CANCEL):
        await store.send("full", name, name.encode())
    await store.close()


def test_a_store_of_version_1_is_read(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Everything that was in it, and it can be written."""
    if request.config.getoption("--write-golden") and not WRITTEN.exists():
        asyncio.run(write(WRITTEN))
    shutil.copyfile(WRITTEN, tmp_path / "store.db")

    async def read() -> None:
        store = await open_store(str(tmp_path / "store.db"))
        full, together, ended = [await store.read(name) for name in ("full", "together", "ended")]
        assert full[1:5] == (b"arguments", b"asked", b"snapshot", [b"alone", b"1", b"\0\xff"])
        assert [(one.name, one.payload, one.sent) for one in full.signals] == [
            ("approved", b"approved", NOW), (CANCEL, CANCEL.encode(), NOW),
        ]  # fmt: skip
        assert full.run[:8] == ("full", "flow.csc", "main", b"digest", PAUSED, STANDING, NOW, NOW)
        assert full.run[8:] == (3, 16, 38, None, 0.0, 1)
        assert together.records == [b"1", b"\0\xff"]
        assert (ended.run.status, ended.outcome) == (DONE, b"outcome")
        assert await store.program(b"digest") == b"program"
        lease = await store.take("full")
        await store.commit(Commit(lease, [b"more"], taken=[full.signals[0].id]))
        assert (await store.read("full")).records[3:] == [b"more"]
        await store.close()

    asyncio.run(read())
