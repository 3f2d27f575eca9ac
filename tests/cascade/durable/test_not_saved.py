"""A variable that holds what can not be stored: a log that can be gone over is enough, else the run is paused as it was."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from cascade.durable import run as durable_run

import cascade as cs

LOCK = threading.Lock()


@dataclass
class Box:
    number: int

    @property
    def lock(self) -> object:
        return LOCK


@cs.task(mode="inline")
def box(number: int) -> Box:
    return Box(number)


@cs.task(mode="inline")
def step(number: int) -> int:
    return number + 1


@cs.flow
def exact(count: int) -> int:
    lock = box(1).lock
    number = 0
    while number < count:
        number = step(number)
    return number if lock else 0


@cs.flow
def with_sets(count: int) -> int:
    lock = box(1).lock
    seen = {count}
    number = 0
    while number < count:
        number = step(number)
    return number + len([*seen]) if lock else 0


def test_a_run_that_can_be_gone_over_needs_no_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log grows until the variable holds something else."""
    monkeypatch.setattr(durable_run, "LEAST_LOG", 100)
    store = cs.Store(str(tmp_path / "runs.db"))
    with pytest.raises(cs.RunPaused):
        cs.run(exact(400), store=store, run_id="run", budget=cs.Budget(calls=300))
    with pytest.raises(cs.RunPaused):
        cs.resume("run", store)
    with pytest.raises(cs.RunPaused):
        cs.resume("run", store, add_budget=cs.Budget(calls=20))
    with pytest.raises(cs.RunPaused):
        cs.resume("run", store)
    assert [row.calls for row in store.runs()] == [320]
    assert cs.resume("run", store, add_budget=cs.Budget(calls=1_000)) == 400
    assert [row.calls for row in store.runs()] == [401]


def test_turns_are_added_to_a_log_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was added is not lost when the run is resumed again, and the run goes on where it had none left."""
    store = cs.Store(str(tmp_path / "runs.db"))
    with pytest.raises(cs.RunPaused):
        cs.run(exact(400), store=store, run_id="run", budget=cs.Budget(turns=300))
    with pytest.raises(cs.RunPaused):
        cs.resume("run", store, add_budget=cs.Budget(turns=50))
    with pytest.raises(cs.RunPaused):
        cs.resume("run", store)
    assert [(row.calls, row.turns) for row in store.runs()] == [(351, 350)]
    assert cs.resume("run", store, add_budget=cs.Budget(turns=1_000)) == 400


def test_a_run_that_can_not_is_paused_and_says_why(tmp_path: Path) -> None:
    """Variable, type and line are named, and the run is kept as it was."""
    store = cs.Store(str(tmp_path / "runs.db"))
    with pytest.raises(cs.NotStorable, match="is a lock, which can not be stored") as caught:
        cs.run(with_sets(3), store=store, run_id="run")
    [problem] = caught.value.problems
    assert problem.place is not None
    assert "test_not_saved.py:" in problem.place
    assert "nodes" not in problem.message
    [row] = store.runs()
    assert row.status == "paused"
