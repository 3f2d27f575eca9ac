"""What can be wrong with a store while a run uses it: a clear coded error each time, and the run goes on when it is mended."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.crashes import KILLED, Program, Server, Story
from support.stores import needs_server

Whole = Callable[[Program], Story]
FILLING = Program("flows:filling", "[12, 60_000]")
SLOWLY = Program("flows:slowly", "[5]")
LOOP = Program("flows:loop", "[6]")
RESTART = "CASCADE_TEST_POSTGRES_RESTART"
"""A command that restarts the server of the tests."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or not mounted("-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)):
        pytest.skip("a small file system can not be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def code_of(story: Story) -> str | None:
    """What the last process was refused with."""
    return story.results()[-1].get("code")


def finished(story: Story, whole: Story) -> None:
    """The run goes on to the right end."""
    story.finish()
    story.check(whole)


def test_the_disk_is_full_in_the_middle(servers: list[Server], whole_of: Whole, tmp_path: Path, small_disk: Path) -> None:
    """CS516, and nothing lost but what was not committed."""
    story = Story(servers, FILLING, tmp_path / "run", f"{small_disk}/runs.db")
    assert story.process("run") == 0
    assert code_of(story) == "CS516", story.results()
    assert story.process("resume") == 0
    assert code_of(story) == "CS516", story.results()
    assert mounted("-o", "remount,size=40m", str(small_disk))
    finished(story, whole_of(FILLING))


def test_the_file_becomes_read_only(servers: list[Server], whole_of: Whole, tmp_path: Path, small_disk: Path) -> None:
    """So does a file system that has an error."""
    story = Story(servers, LOOP, tmp_path / "run", f"{small_disk}/runs.db")
    assert story.process("run", kill="before:commit:3") == KILLED
    assert mounted("-o", "remount,ro", str(small_disk))
    story.process("resume")
    assert code_of(story) in ("CS514", "CS516"), story.results()
    assert mounted("-o", "remount,rw", str(small_disk))
    finished(story, whole_of(LOOP))


@contextlib.contextmanager
def locked(file: str) -> Iterator[None]:
    """Another process writes, and does not end."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def test_another_process_has_the_store_locked(servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """In the middle of a run, for longer than it waits: CS517."""
    file = f"{tmp_path}/runs.db"
    story = Story(servers, SLOWLY, tmp_path / "run", f"sqlite:///{file}?patience=0.2")
    servers[0].start(**story.job("run"))
    deadline = time.monotonic() + 30
    while len(story.effects().executions) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with locked(file):
        assert servers[0].wait() == 0
        assert code_of(story) == "CS517", story.results()
        story.process("resume")
        assert code_of(story) == "CS517", story.results()
    finished(story, whole_of(SLOWLY))


def test_it_is_locked_for_a_moment(servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """The run waits."""
    file = f"{tmp_path}/runs.db"
    story = Story(servers, SLOWLY, tmp_path / "run", file)
    servers[0].start(**story.job("run"))
    while len(story.effects().executions) < 2:
        time.sleep(0.005)
    with locked(file):
        time.sleep(0.3)
    assert servers[0].wait() == 0
    story.check(whole_of(SLOWLY))


ROWS = {
    "a record": "SELECT 'log', id, data FROM log ORDER BY id LIMIT 1",
    "the last record": "SELECT 'log', id, data FROM log ORDER BY id DESC LIMIT 1",
    "the snapshot": "SELECT 'contents', id, data FROM contents WHERE id & 3 = 2",
    "the arguments": "SELECT 'contents', id, data FROM contents WHERE id & 3 = 0",
    "the program": "SELECT 'programs', rowid, data FROM programs",
}


@pytest.mark.parametrize("what", ROWS)
def test_a_row_is_damaged(what: str, servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """CS518, and nothing is done; with the right bytes the run goes on."""
    story = Story(servers, LOOP, tmp_path, least_log=20 if what == "the snapshot" else None)
    assert story.process("run", kill="before:commit:5") == KILLED
    with contextlib.closing(sqlite3.connect(story.store, isolation_level=None)) as db:
        table, number, data = db.execute(ROWS[what]).fetchone()
        change = f"UPDATE {table} SET data = ? WHERE rowid = ?"
        wrong = bytes([*data[:-1], data[-1] ^ 1])
        db.execute(change, (wrong, number))
        before = len(story.effects().executions)
        story.process("resume")
        assert code_of(story) == "CS518", story.results()
        assert len(story.effects().executions) == before
        db.execute(change, (data, number))
    finished(story, whole_of(LOOP))


def test_the_store_is_of_a_newer_version(servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """CS515, and it is not touched."""
    story = Story(servers, LOOP, tmp_path)
    assert story.process("run", kill="after:commit:2") == KILLED
    with contextlib.closing(sqlite3.connect(story.store, isolation_level=None)) as db:
        [version] = db.execute("PRAGMA user_version").fetchone()
        db.execute("PRAGMA user_version = 99")
        story.process("resume")
        assert code_of(story) == "CS515", story.results()
        db.execute(f"PRAGMA user_version = {version}")
    finished(story, whole_of(LOOP))


@needs_server
@pytest.mark.skipif(not os.environ.get(RESTART), reason=f"the server can not be restarted: {RESTART} is not set")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_the_server_is_restarted_in_the_middle(servers: list[Server], whole_of: Whole, tmp_path: Path, url: str) -> None:
    """The run goes on by itself, or says CS519 and goes on when it is resumed."""
    story = Story(servers, SLOWLY, tmp_path / "run", url)
    servers[0].start(**story.job("run"))
    while len(story.effects().executions) < 2:
        time.sleep(0.005)
    subprocess.run(os.environ[RESTART], shell=True, check=True, stdout=subprocess.DEVNULL)
    assert servers[0].wait() == 0
    if story.results()[-1]["kind"] == "error":
        assert code_of(story) == "CS519"
        story.finish()
    story.check(whole_of(SLOWLY))
