"""What listings say of runs: where they stand, what they wait for, how many turns and calls they made."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import cascade as cs

STOPS_AT = [0]


class Gone(BaseException):
    """Ends the process, as far as a run is concerned."""


@cs.task(mode="inline")
def step(number: int) -> int:
    if number == STOPS_AT[0]:
        raise Gone
    return number + 1


@cs.flow
def steps(count: int) -> int:
    number = 0
    while number < count:
        number = step(number)
    return number


@cs.flow
def approved() -> object:
    return step(cs.wait("approved"))


@cs.flow
def factorial(number: int) -> int:
    if number <= 1:
        return 1
    return number * factorial(number - 1)


@cs.flow
def computes(count: int) -> int:
    total = at = 0
    while at < count:
        at += 1
        if at % 1_000 == 0:
            total = step(total)
    for _ in range(count // 10):
        total += factorial(3)
    return step(total)


@pytest.mark.parametrize("stops_at", [0, 1, 300])
def test_a_run_that_was_killed_at_work_says_where(tmp_path: Path, stops_at: int) -> None:
    """Though it never waited for long, so that it told the store nothing."""
    store = cs.Store(str(tmp_path / "runs.db"))
    STOPS_AT[0] = stops_at
    with pytest.raises(Gone):
        cs.run(steps(1_000), store=store, run_id="run")
    [row] = store.runs()
    assert (row.status, row.calls) == ("interrupted", stops_at)
    assert row.place.endswith(f"test_listed.py:{steps.__wrapped__.__code__.co_firstlineno + 4}")
    assert row.waits == "task step"
    assert row == store.show("run").run


@pytest.mark.asyncio
async def test_a_run_that_has_gone_on_is_not_listed_where_it_waited(tmp_path: Path) -> None:
    """What the store was told is out of date when the run is killed later."""
    store = cs.Store(str(tmp_path / "runs.db"))
    STOPS_AT[0] = 7
    running = asyncio.ensure_future(cs.arun(approved(), store=store, run_id="run"))
    while True:
        await asyncio.sleep(0.05)
        rows = await asyncio.to_thread(store.runs)
        if rows and rows[0].status == "waiting":
            break
    assert rows[0].waits == "signal 'approved'"
    await cs.asignal("run", "approved", 7, store=store)
    with pytest.raises(Gone):
        await running
    [row] = await asyncio.to_thread(store.runs)
    assert (row.status, row.waits) == ("interrupted", "task step")


def test_turns_are_counted_with_a_limit_and_without(tmp_path: Path) -> None:
    """Without one generated code takes them in batches: what it has not made of the last is given back."""
    STOPS_AT[0] = -1
    store = cs.Store(str(tmp_path / "runs.db"))
    cs.run(computes(20_000), store=store, run_id="free")
    cs.run(computes(20_000), store=store, run_id="limited", budget=cs.Budget(turns=10**9))
    turns = {row.run: row.turns for row in store.runs()}
    assert turns["limited"] == pytest.approx(20_000 + 2_000 + 2_000 * 3, rel=0.01)
    assert turns["free"] == pytest.approx(turns["limited"], rel=0.1)
