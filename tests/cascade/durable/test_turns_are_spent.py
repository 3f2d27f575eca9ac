"""A budget of turns may end anywhere: while strands are started, attempts made, branches begun. The run is paused there, can be
looked at, and goes on with more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import cascade as cs

CALLS: list[int] = []


@cs.task(mode="inline")
def note(number: int) -> int:
    CALLS.append(number)
    return number


@cs.task
async def note_later(number: int) -> int:
    CALLS.append(number)
    return number


@cs.flow
def one(number: int) -> int:
    return note(number)


@cs.flow
def later(number: int) -> int:
    total = 0
    for _ in range(2):
        total += note_later(number)
    return total


@cs.flow
async def gathered() -> list[int]:
    return [*cs.gather(*[one(number) for number in range(3)]), *cs.gather(later(4), one(5))]


@cs.flow
async def mapped() -> list[int]:
    return list(cs.gather(*[later(number) for number in range(4)]))


@cs.flow
def tried() -> int:
    return one(1).with_retry(2) + later(2).with_timeout(60)


@cs.flow
def nested() -> int:
    total = 0
    for number in range(3):
        total += one(one(number)) + later(number)
    return total


def going_on(begin: Callable[[], object], store: str) -> object:
    """What the run comes to, or None when it is paused."""
    paused = ""
    try:
        return begin()
    except cs.RunPaused as error:
        paused = error.problems[0].message
    assert "turns" in paused
    assert cs.Store(store).show("run").run.status == "paused"
    return None


@pytest.mark.parametrize("flow", [gathered, mapped, tried, nested], ids=lambda flow: flow.name)
@pytest.mark.parametrize("turns", range(1, 12))
def test_a_run_is_paused_wherever_turns_end(flow: Any, turns: int, tmp_path: Path) -> None:
    """With a few turns at a time it comes to the same, and makes the same calls."""
    CALLS.clear()
    expected = cs.run(flow())
    made = sorted(CALLS)
    for more in (1, 3):
        store = str(tmp_path / f"{more}.db")
        CALLS.clear()
        value = going_on(partial(cs.run, flow(), store=store, run_id="run", budget=cs.Budget(turns=turns)), store)
        for _ in range(100):
            if value is None:
                value = going_on(partial(cs.resume, "run", store, add_budget=cs.Budget(turns=more)), store)
        assert value == expected
        assert sorted(CALLS) == made
