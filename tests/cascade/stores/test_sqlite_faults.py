"""What goes wrong with a file: a coded error each time, nothing half written, and the same works when the cause is gone."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.store import Commit, open_store
from cascade.durable.stores.schema import SCHEMA
from cascade.errors import DamagedStore, NotAStore, StoreError, StoreIsLocked, StoreIsNewer, StoreNotWritable, UsageError
from support.stores import fill, new_run, open_new


async def attempt(path: str, read: bool = True) -> None:
    """Open and read everything."""
    store = await open_store(path)
    try:
        for run in await store.runs() if read else []:
            await store.read(run.run_id)
    finally:
        await store.close()


def refused(kind: type[StoreError], call: Coroutine[Any, Any, Any]) -> str:
    with pytest.raises(kind) as caught:
        asyncio.run(call)
    return str(caught.value)


def change(path: str, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.fixture
def filled(path: str) -> str:
    """A store with two runs: one committed alone, one with others."""

    async def write() -> None:
        store, lease = await open_new(path, "alone")
        await fill(store, lease, 1)
        await store.commit(Commit(lease, [b"after"], snapshot=b"snapshot"))
        await fill(store, lease, 5)
        other = await new_run(store, "together")
        await asyncio.gather(*(store.commit(Commit(one, [b"1", b"2"])) for one in (other, lease)))
        await store.send("together", "name", b"payload")
        await store.close()

    asyncio.run(write())
    return path


@pytest.mark.parametrize("content", [b"", b"words, words\n" * 100, b"SQLite format 3\0" + b"no" * 2000])
def test_other_files_are_no_stores(path: str, content: bytes) -> None:
    """They are left as they are; an empty one becomes a store."""
    Path(path).write_bytes(content)
    if not content:
        return asyncio.run(attempt(path))
    assert refused(StoreError, attempt(path))[:12] in ("error[CS514]", "error[CS518]")
    assert Path(path).read_bytes() == content
    return None


def test_other_places_are_no_stores(tmp_path: Path) -> None:
    """A folder, a missing folder, memory, another database, another kind of server."""
    assert "it is a folder" in refused(NotAStore, attempt(str(tmp_path)))
    assert "there is no folder" in refused(NotAStore, attempt(str(tmp_path / "no/runs.db")))
    assert "does not last" in refused(NotAStore, attempt(":memory:"))
    assert "no stores of the kind `mysql`" in refused(NotAStore, attempt("mysql://host/db"))
    assert "names no file" in refused(NotAStore, attempt("sqlite://runs.db"))
    other = str(tmp_path / "other.db")
    change(other, "CREATE TABLE runs (key)")
    before = Path(other).read_bytes()
    assert "a database of something else" in refused(NotAStore, attempt(other))
    assert Path(other).read_bytes() == before
    with pytest.raises(NotAStore, match="there is no such file"):
        asyncio.run(open_store(str(tmp_path / "typo.db"), create=False))
    assert not (tmp_path / "typo.db").exists()
    for wrong in ("synchronous=off", "patience=long"):
        with pytest.raises(UsageError):
            asyncio.run(open_store(f"sqlite:///{tmp_path}/runs.db?{wrong}"))
    with pytest.raises(UsageError, match="no option `speed`"):
        asyncio.run(open_store(f"sqlite:///{tmp_path}/runs.db?speed=1"))


def test_urls_name_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is one, with a question mark or not; `sqlite:///` has one that is relative."""
    monkeypatch.chdir(tmp_path)
    for url, name in (
        ("a.db", "a.db"), ("is it?.db", "is it?.db"), ("b.db?synchronous=normal", "b.db"), ("sqlite:///c.db", "c.db"),
        (f"sqlite:///{tmp_path}/d%20d.db?synchronous=extra&patience=1.5", "d d.db"),
    ):  # fmt: skip
        asyncio.run(attempt(url))
        assert (tmp_path / name).is_file()


def test_a_newer_store_is_not_touched(filled: str) -> None:
    """Whatever it has."""
    change(filled, f"PRAGMA user_version = {SCHEMA.version + 1}")
    before = Path(filled).read_bytes()
    assert f"version {SCHEMA.version + 1}" in refused(StoreIsNewer, attempt(filled))
    assert Path(filled).read_bytes() == before


def test_a_truncated_file_is_told(filled: str) -> None:
    """Wherever it ends."""
    whole = Path(filled).read_bytes()
    for part in (0.9, 0.5, 0.1):
        Path(filled).write_bytes(whole[: int(len(whole) * part)])
        assert "damaged" in refused(StoreError, attempt(filled))
    Path(filled).write_bytes(whole)
    asyncio.run(attempt(filled))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE log SET data = 'x' WHERE id & 4294967295 = 3", "record 4 of run `alone` is damaged"),
        ("UPDATE shared_log SET data = x'ff' WHERE number = 2", "record 2 of run `together` is damaged"),
        ("UPDATE log SET sum = sum + 1 WHERE id & 4294967295 = 1", "record 2 of run `alone` is damaged"),
        ("DELETE FROM log WHERE id & 4294967295 = 2", "record 3 of run `alone` is missing"),
        ("DELETE FROM shared_log WHERE number = 1", "record 1 of run `together` is missing"),
        ("UPDATE contents SET data = x'00' WHERE id = (1 << 2) + 2", "the snapshot of run `alone` is damaged"),
        ("DELETE FROM contents WHERE id = (1 << 2) + 2", "the snapshot of run `alone` is missing"),
        ("UPDATE contents SET data = x'00' WHERE id = 1 << 2", "the arguments of run `alone` is damaged"),
        ("UPDATE signals SET payload = x'00'", "signal 1 of run `together` is damaged"),
        ("UPDATE runs SET standing = '{'", "what is said of run `alone` is damaged"),
    ],
)  # fmt: skip
def test_a_damaged_row_is_told(filled: str, statement: str, said: str) -> None:
    """The run and the record are named; the other run is fine, unless it is damaged itself."""
    change(filled, statement)

    async def read() -> None:
        store = await open_store(filled)
        try:
            await store.read("alone" if "`alone`" in said else "together")
        finally:
            if "standing" not in statement and "`alone`" in said:
                await store.read("together")
            await store.close()

    assert said in refused(DamagedStore, read())


def test_a_damaged_program_is_told(filled: str) -> None:
    """It is not run."""
    change(filled, "UPDATE programs SET data = x'00'")

    async def read() -> None:
        store = await open_store(filled)
        try:
            await store.program(b"digest")
        finally:
            await store.close()

    assert "the program 646967657374" in refused(DamagedStore, read())


def mounted(folder: Path, size: str) -> Callable[[str], None]:
    """A small file system of its own, and what mounts it again with other options."""
    folder.mkdir()

    def mount(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")

    if os.name != "posix" or shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("no file system can be mounted here: that takes root")
    mount(f"size={size}")
    return lambda options: mount(f"remount,{options}")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[str, Callable[[str], None]]]:
    """A store on a disk of half a megabyte, and what changes that."""
    remount = mounted(tmp_path / "disk", "512k")
    yield str(tmp_path / "disk/runs.db"), remount
    subprocess.run(["umount", "-l", str(tmp_path / "disk")], check=True)


@pytest.mark.parametrize("together", [False, True])
def test_a_full_disk_loses_nothing(small: tuple[str, Callable[[str], None]], together: bool) -> None:
    """What was acknowledged is there, what was not is not; when there is room, the same commit works."""
    path, remount = small

    async def write() -> None:
        store, lease = await open_new(path)
        others = [await new_run(store, f"run-{at}") for at in range(3)] if together else []
        written = 0
        with pytest.raises(StoreNotWritable, match=r"CS516.*full"):  # noqa: PT012 - until it is
            while True:
                commits = [Commit(one, [b"%d" % written, bytes(3000)]) for one in (lease, *others)]
                await asyncio.gather(*map(store.commit, commits))
                written += 1
        assert written > 5
        with pytest.raises(StoreNotWritable):
            await store.commit(Commit(lease, [b"too large"], snapshot=bytes(10**6)))
        stored = await store.read("run")
        assert stored.records[::2][:written] == [b"%d" % at for at in range(written)]
        remount("size=8m")
        end = len(stored.records)
        await store.commit(Commit(lease, [b"after"], snapshot=bytes(10**6) if not together else None))
        stored = await store.read("run")
        assert stored.records == [b"after"] if not together else len(stored.records) == end + 1
        await store.close()
        await attempt(path)

    asyncio.run(write())
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_store_that_can_only_be_read_is_told(small: tuple[str, Callable[[str], None]]) -> None:
    """And can be written when that has been mended."""
    path, remount = small

    async def write() -> None:
        store, lease = await open_new(path)
        await fill(store, lease, 3)
        await store.close()

    async def go_on() -> None:
        store = await open_store(path)
        try:
            lease = await store.take("run")
            await store.commit(Commit(lease, [b"more"]))
        finally:
            await store.close()

    asyncio.run(write())
    remount("ro")
    assert "can not be written" in refused(StoreNotWritable, go_on())
    remount("rw")
    asyncio.run(go_on())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_told(filled: str) -> None:
    """As its permissions say."""
    os.chmod(filled, 0o444)
    with pytest.raises(StoreNotWritable):
        asyncio.run(open_new(filled))


def test_something_too_large_fails_alone(path: str) -> None:
    """What SQLite does not take is an error of that commit; those that came with it are written."""

    async def write() -> None:
        store, lease = await open_new(path)
        other = await new_run(store, "other")
        store._writer.db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5000)  # type: ignore[attr-defined]
        large, small = Commit(lease, [b"1", bytes(10_000)]), Commit(other, [b"small"])
        answers = await asyncio.gather(store.commit(large), store.commit(small), return_exceptions=True)
        assert isinstance(answers[0], StoreNotWritable)
        assert answers[1] is None
        assert [(await store.read(one)).records for one in ("run", "other")] == [[], [b"small"]]
        for _ in range(3):
            await store.commit(Commit(lease, [b"fits"]))
        with pytest.raises(StoreNotWritable):
            await store.commit(large)
        await store.commit(Commit(lease, [b"fits"]))
        assert (await store.read("run")).records == [b"fits"] * 4
        await store.close()

    asyncio.run(write())


def test_a_lock_is_waited_for(path: str) -> None:
    """While the loop goes on; commits that have to wait lose nothing."""

    async def write() -> None:
        store, lease = await open_new(path)
        await fill(store, lease, 2)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            commits = [asyncio.create_task(fill(store, lease, 5))]
            for _ in range(20):
                await asyncio.sleep(0.005)
            assert not commits[0].done()
            other.execute("COMMIT")
            await asyncio.gather(*commits)
        assert len((await store.read("run")).records) == 7
        await store.close()

    asyncio.run(write())


def test_a_lock_that_lasts_too_long_is_told(path: str) -> None:
    """The same commit works when it is gone; reading works all the time."""

    async def write() -> None:
        store, lease = await open_new(f"{path}?patience=0.05")
        await fill(store, lease, 3)
        commit = Commit(lease, [b"late"])
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(2):
                with pytest.raises(StoreIsLocked, match="CS517"):
                    await store.commit(commit)
            assert len((await store.read("run")).records) == 3
            other.execute("ROLLBACK")
        await store.commit(commit)
        assert (await store.read("run")).records[3:] == [b"late"]
        await store.close()

    asyncio.run(write())
