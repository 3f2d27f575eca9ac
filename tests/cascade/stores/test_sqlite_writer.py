"""Commits that come together are one transaction, whichever thread makes it; the file stays small."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest
from cascade.durable.store import DONE, Commit, Lease, Standing, open_store
from cascade.durable.stores import writer
from cascade.durable.stores.schema import SCHEMA, Schema
from cascade.durable.stores.sqlite_files import Place, open_file
from cascade.errors import LeaseLost
from cascade.testing import run_virtual
from support.stores import fill, new_run, open_new


def size_of(path: str, ends: tuple[str, ...] = ("", "-wal")) -> int:
    """Bytes of the files of a store."""
    return sum(os.path.getsize(path + end) for end in ends if os.path.exists(path + end))


STANDING = Standing("flow.csc:1", "", 0.0, None, 1, 1)


def transactions(store: Any) -> list[str]:
    """The commits of a store, as they happen; a statement outside of a transaction is one of its own."""
    found: list[str] = []
    store._writer.db.set_trace_callback(lambda text: found.append(text.split()[0]) if store._writer is not None else None)
    return found


@pytest.fixture(params=["loop", "thread"])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Commits are always quick, or never."""
    monkeypatch.setattr(writer, "SLOW", 1000.0 if request.param == "loop" else -1.0)
    return str(request.param)


def test_what_comes_together_is_one_transaction(path: str, where: str) -> None:
    """A thousand commits of a thousand runs are one or two; those that come while it is under way are the next."""

    async def write() -> None:
        store, lease = await open_new(path)
        await fill(store, lease, 20)
        leases = [lease, *await asyncio.gather(*(new_run(store, f"run-{at}") for at in range(99)))]
        found = transactions(store)

        async def commit(lease: Lease) -> None:
            for _ in range(5):
                await store.commit(Commit(lease, [b"x"]))

        await asyncio.gather(*map(commit, leases))
        assert found.count("INSERT") >= 500
        assert 5 <= found.count("BEGIN") + found.count("COMMIT") <= 24
        for at in range(99):
            assert (await store.read(f"run-{at}")).records == [b"x"] * 5
        await store.close()

    asyncio.run(write())


def test_one_run_waits_for_nobody(path: str) -> None:
    """Its commits are single statements, on the loop's own thread, in no turn of the loop; a slow disk changes that."""

    async def write() -> None:
        store, lease = await open_new(path)
        await fill(store, lease, 2)
        found = transactions(store)
        turns = []
        asyncio.get_running_loop().call_soon(turns.append, 1)
        await fill(store, lease, 3)
        assert found == ["INSERT"] * 3
        await store.commit(Commit(lease, [b"a", b"b"], standing=STANDING))
        assert found[3:] == ["BEGIN", "UPDATE", "INSERT", "INSERT", "COMMIT"]
        await store.close()

    asyncio.run(write())


def test_the_loop_is_let_go_on(path: str, where: str) -> None:
    """However quick each commit is, and however slow."""

    async def write() -> None:
        store, lease = await open_new(path)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        ticking = asyncio.create_task(tick())
        before = time.perf_counter()
        await fill(store, lease, 200)
        if where == "thread":
            assert ticks > 200
        ticking.cancel()
        assert time.perf_counter() - before < 60
        await store.close()

    asyncio.run(write())


def test_slow_commits_go_to_a_thread_and_come_back(path: str) -> None:
    """By what the last ones took."""

    async def write() -> None:
        store, lease = await open_new(path)
        writing: Any = store._writer  # type: ignore[attr-defined]
        writing._slow = 0
        for took, free in ((1.0, True), (0.0, True)) * 4:
            writing.note(took)
            assert writing.is_free is free
        for _ in range(9):
            writing.note(1.0)
        assert not writing.is_free
        await store.commit(Commit(lease, [b"in the thread"]))
        for _ in range(16):
            writing.note(0.0)
        assert writing.is_free
        await store.close()

    asyncio.run(write())


def test_who_is_cancelled_before_it_was_written_is_left_out(path: str, where: str) -> None:
    """The others are written, and the numbers of the records go on."""

    async def write() -> None:
        store, lease = await open_new(path)
        tasks = [asyncio.ensure_future(store.commit(Commit(lease, [b"%d" % at]))) for at in range(4)]
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert tasks[1].cancelled()
        records = (await store.read("run")).records
        assert records == [b"0", b"2", b"3"]
        await store.commit(Commit(lease, [b"more"]))
        assert (await store.read("run")).records == [*records, b"more"]
        await store.close()

    asyncio.run(write())


def test_a_mistake_in_one_commit_does_not_undo_others(path: str, where: str) -> None:
    """One that can not even be written down."""

    async def write() -> None:
        store, lease = await open_new(path)
        other = await new_run(store, "other")
        wrong: Any = ["text"]
        for _ in range(2):
            commits = [Commit(other, [b"a"]), Commit(lease, wrong, snapshot=b"s"), Commit(lease, [b"b"])]
            answers = await asyncio.gather(*map(store.commit, commits), return_exceptions=True)
            assert [type(one) for one in answers] == [type(None), TypeError, type(None)]
        with pytest.raises(TypeError):
            await store.commit(Commit(lease, wrong))
        assert (await store.read("other")).records == [b"a"] * 2
        assert (await store.read("run"))[3:5] == (None, [b"b"] * 2)
        await store.close()

    asyncio.run(write())


def test_the_file_does_not_grow_with_what_was_committed(path: str) -> None:
    """Twenty thousand commits with snapshots in between take what a thousand take; alone and with others."""

    async def write() -> None:
        store, lease = await open_new(f"{path}?synchronous=normal")
        other = await new_run(store, "other")

        async def turns(count: int) -> int:
            for at in range(count):
                await store.commit(Commit(lease, [bytes(200)], snapshot=bytes(3000) if at % 100 == 99 else None))
                if at % 10 == 0:
                    both = [Commit(one, [b"x" * 200], snapshot=bytes(900) if at % 50 == 0 else None) for one in (lease, other)]
                    await asyncio.gather(*map(store.commit, both))
            with closing(sqlite3.connect(path)) as db:
                [size] = db.execute("PRAGMA page_count").fetchone()
                return int(size)

        first = await turns(1000)
        assert await turns(9000) <= first * 1.1 + 2
        assert size_of(path) < 9_000_000
        run = (await store.read("run")).run
        assert run.written > 10_000 * 200
        await store.close()

    asyncio.run(write())


def test_pruning_gives_space_back(path: str) -> None:
    """To the file system."""

    async def write() -> None:
        store, lease = await open_new(path)
        for at in range(210):
            ended = await new_run(store, f"run-{at}")
            await store.commit(Commit(ended, [bytes(20_000)], status=DONE))
            await store.release(ended)
        await store.commit(Commit(lease, [b"kept"]))
        assert size_of(path) > 4_000_000
        assert await store.prune(before=time.time() + 1, statuses=[DONE]) == 210
        assert size_of(path) < 200_000
        assert (await store.read("run")).records == [b"kept"]
        await store.close()

    asyncio.run(write())


def test_an_older_store_becomes_one_of_this_version(path: str) -> None:
    """Step by step; with what it has, and by whichever process is first."""

    async def write() -> None:
        store, lease = await open_new(path)
        await fill(store, lease, 3)
        await store.close()

    asyncio.run(write())
    steps = {
        1: ("ALTER TABLE runs ADD COLUMN colour TEXT", "UPDATE runs SET colour = 'red'"),
        2: ("ALTER TABLE runs RENAME COLUMN colour TO hue",),
    }
    newer = Schema(3, (), steps)
    for _ in range(2):
        with closing(open_file(Place(path), schema=newer)) as db:
            assert db.execute("SELECT id, hue FROM runs").fetchall() == [("run", "red")]
            assert db.execute("PRAGMA user_version").fetchone() == (3,)
    broken = Schema(4, (), {3: ("ALTER TABLE runs ADD COLUMN size", "no SQL")})
    with pytest.raises(Exception, match="syntax error"):
        open_file(Place(path), schema=broken)
    with closing(open_file(Place(path), schema=newer)) as db:
        assert "size" not in [row[1] for row in db.execute("PRAGMA table_info(runs)")]
    assert SCHEMA.steps.keys() == {*range(1, SCHEMA.version)}


def test_waiting_takes_no_time_of_a_virtual_clock(path: str) -> None:
    """No timer looks for signals: three days are over at once."""

    async def wait() -> float:
        store, _ = await open_new(path)
        await store.changed("run", 3 * 86_400)
        await store.close()
        return asyncio.get_running_loop().time()

    began = time.monotonic()
    assert run_virtual(wait()) >= 3 * 86_400
    assert time.monotonic() - began < 20


def test_a_store_that_is_closed_takes_nothing(path: str) -> None:
    """It says so, and nobody waits for ever."""

    async def write() -> None:
        store, lease = await open_new(path)
        await store.close()
        await store.close()
        with pytest.raises(Exception, match=r"closed|CS513"):
            await store.commit(Commit(lease, [b"x"]))
        with pytest.raises(Exception, match="closed"):
            await store.send("run", "a", b"")
        assert size_of(path, ("-wal",)) == 0
        await (await open_store(path)).close()

    asyncio.run(write())


def test_who_lost_a_run_does_not_undo_the_others(path: str, where: str) -> None:
    """Records of many runs are one statement; when one of them is somebody else's by now, it is done run by run."""

    async def write() -> None:
        store, _ = await open_new(path)
        leases = [await new_run(store, f"run-{at}") for at in range(4)]
        await asyncio.gather(*(store.commit(Commit(lease, [b"1"])) for lease in leases))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE runs SET token = 9 WHERE id = 'run-2'")
        for number in (b"2", b"3"):
            commits = [store.commit(Commit(lease, [number])) for lease in leases]
            answers = await asyncio.gather(*commits, return_exceptions=True)
            assert [type(one) for one in answers] == [type(None), type(None), LeaseLost, type(None)]
        for at in range(4):
            assert (await store.read(f"run-{at}")).records == ([b"1"] if at == 2 else [b"1", b"2", b"3"])
        await store.close()

    asyncio.run(write())
