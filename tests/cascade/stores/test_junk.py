"""A store into which somebody has written junk: what is read of it names the run, and the other runs are as they were."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cascade.cli.run import main
from cascade.durable.store import open_store
from cascade.errors import DamagedStore, NoSuchRun, StoreError
from click.testing import CliRunner

import cascade as cs


@cs.task(mode="inline")
def step(number: int) -> int:
    return number + 1


@cs.flow
def steps(count: int) -> int:
    number = 0
    while number < count:
        number = step(number)
    return number


@pytest.fixture
def store(tmp_path: Path) -> cs.Store:
    """With two runs that are paused, and a signal for one."""
    store = cs.Store(tmp_path / "runs.db")
    for name in ("good", "bad"):
        with pytest.raises(cs.RunPaused):
            cs.run(steps(5), store=store, run_id=name, budget=cs.Budget(calls=2))
    store.signal("bad", "go")
    return store


def spoil(store: cs.Store, statement: str) -> None:
    with closing(sqlite3.connect(store.url)) as db, db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute(statement)


ROWS = [
    "program = 'text'",
    "program = 1099511627776",
    "program = CAST(x'ff' AS TEXT)",
    "name = x'ff'",
    "name = CAST(x'ff' AS TEXT)",
    "flow = x'00'",
    "status = 'sleeping'",
    "standing = 'junk'",
    "standing = '[1, 2, 3]'",
    "standing = x'ff'",
    """standing = '["a:1", "", NaN, null, 0, 0]'""",
    """standing = '["a:1", "", 1e999, null, 0, 0]'""",
    "created = 'yesterday'",
    "created = 9e999",
    "updated = x'01'",
    "owner = 'me'",
    "owner = '{}'",
    "owner = 5",
    "owner = '[1, 2, 3, 4]'",
    "lease_until = 'soon'",
    "token = 'text'",
    "token = x'ff'",
]
WHOLE = ["base = 'text'", "base = 1.5"]
"""What a listing does not look at."""


def doors(store: cs.Store) -> list[Callable[[], object]]:
    return [
        lambda: store.show("bad"),
        lambda: store.fork("bad"),
        lambda: store.fork("bad", changes={"number": 1}),
        lambda: store.cancel("bad"),
        lambda: cs.resume("bad", store),
    ]


@pytest.mark.parametrize("junk", [*ROWS, *WHOLE])
def test_what_is_read_of_a_bad_run_names_it(store: cs.Store, junk: str) -> None:
    """Whatever is done with it; and nothing is written."""
    spoil(store, f"UPDATE runs SET {junk} WHERE id = 'bad'")
    for door in doors(store):
        with pytest.raises(DamagedStore, match="run `bad`") as caught:
            door()
        assert caught.value.code == "CS518"
    assert cs.resume("good", store, add_budget=cs.Budget(calls=10)) == 5
    assert len(store.runs()) == 2


@pytest.mark.parametrize("junk", ROWS)
def test_a_bad_run_does_not_hide_the_others(store: cs.Store, junk: str) -> None:
    """It is listed as damaged, and the command says how many are."""
    spoil(store, f"UPDATE runs SET {junk} WHERE id = 'bad'")
    assert {row.run: row.status for row in store.runs()} == {"good": "paused", "bad": "damaged"}
    assert [row.run for row in store.runs("damaged")] == ["bad"]
    assert [row.run for row in store.runs("paused")] == ["good"]
    listed = CliRunner().invoke(main, ["runs", "--store", store.url])
    assert listed.exit_code == 0
    assert "good  paused   " in listed.stdout
    assert "bad   damaged\n" in listed.stdout
    assert listed.stderr == "1 of these runs is damaged in the store and could not be read\n"
    rows = json.loads(CliRunner().invoke(main, ["runs", "--json", "--store", store.url]).stdout)
    assert [(row["run"], row["status"]) for row in rows] == [("bad", "damaged"), ("good", "paused")]


@pytest.mark.parametrize("name", ["x'ff6964'", "CAST(x'ff6964' AS TEXT)"])
def test_a_run_may_have_lost_its_name(store: cs.Store, name: str) -> None:
    """It is listed by what is there."""
    spoil(store, f"UPDATE runs SET id = {name} WHERE id = 'bad'")
    listed = CliRunner().invoke(main, ["runs", "--store", store.url])
    assert listed.exit_code == 0
    assert "damaged" in listed.stdout
    with pytest.raises(NoSuchRun):
        store.show("bod")


@pytest.mark.parametrize(
    "junk", ["name = 'text'", "name = x'ff'", "name = CAST(x'ff' AS TEXT)", "name = 5", "sent = 'now'", "sum = 1"]
)
def test_a_bad_signal_names_its_run(store: cs.Store, junk: str) -> None:
    """By its number, for its name may be what is bad."""
    spoil(store, f"UPDATE signals SET {junk}")
    for door in (*doors(store)[:1], *doors(store)[2:]):  # a plain copy reads nothing
        with pytest.raises(DamagedStore, match="signal 1 of run `bad` is damaged"):
            door()
    assert [row.status for row in store.runs()] == ["paused", "paused"]


@pytest.mark.parametrize("key", [2**62, 2**31, 0, -1])
def test_a_run_may_have_a_number_that_is_none(store: cs.Store, key: int) -> None:
    """There is no room for those of its records, nor of runs that would come after it."""
    spoil(store, f"UPDATE runs SET key = {key} WHERE id = 'bad'")
    for door in doors(store):
        with pytest.raises(DamagedStore, match="the number of run `bad`"):
            door()
    if key >= 2**31:
        for call in (lambda: cs.run(steps(1), store=store, run_id="new"), lambda: store.fork("good", "new")):
            with pytest.raises(DamagedStore, match="that run `new` would come after is damaged"):
                call()
    assert {row.run for row in store.runs()} == {"good", "bad"}
    assert cs.resume("good", store, add_budget=cs.Budget(calls=10)) == 5
    assert store.prune(0) == 1


@pytest.mark.parametrize("value", [-1, "many", True, float("inf")])
def test_the_options_of_a_run_may_be_none(store: cs.Store, value: Any) -> None:
    """A budget that nobody can have given is damage, not a mistake of whoever resumes the run."""
    from zlib import crc32

    import msgspec

    with closing(sqlite3.connect(store.url)) as db, db:
        [number, data] = db.execute(
            "SELECT contents.id, data FROM contents JOIN runs ON key << 2 | 1 = contents.id WHERE runs.id = 'bad'"
        ).fetchone()
        asked = msgspec.msgpack.decode(data)
        asked["budget"]["calls"] = value
        data = msgspec.msgpack.encode(asked)
        db.execute("UPDATE contents SET data = ?, sum = ? WHERE id = ?", (data, crc32(data), number))
    with pytest.raises(StoreError, match="run `bad` is damaged: how it was begun"):
        cs.resume("bad", store)


def test_who_reads_by_an_open_store_is_told_the_same(store: cs.Store) -> None:
    """Taking a run, too, though nothing has been read of it."""
    spoil(store, "UPDATE runs SET token = 'text' WHERE id = 'bad'")

    async def main() -> None:
        opened = await open_store(store.url)
        try:
            for call in (opened.read("bad"), opened.take("bad")):
                with pytest.raises(DamagedStore, match="run `bad`"):
                    await call
        finally:
            await opened.close()

    asyncio.run(main())
