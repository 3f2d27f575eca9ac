"""What comes at the same time: an event may end what another one, of the same turn, is about."""

from __future__ import annotations

from pathlib import Path

import pytest

import cascade as cs

GONE = [False]


class Gone(BaseException):
    """Ends the process, as far as a run is concerned."""


@cs.task(mode="inline")
def begin() -> None:
    if not GONE[0]:
        GONE[0] = True
        raise Gone


@cs.task(mode="inline")
def fail() -> None:
    raise ValueError("no")


@cs.flow
async def failing() -> None:
    fail()


@cs.flow
async def sleeping() -> None:
    cs.sleep(0)


@cs.flow
async def naps() -> str:
    try:
        await cs.gather(failing(), sleeping(), sleeping())
    except ValueError as error:
        return str(error)
    return "none"


@cs.flow
async def first() -> None:
    raise ValueError(cs.wait("first"))


@cs.flow
async def second() -> object:
    return cs.wait("second")


@cs.flow
async def both() -> list[object]:
    begin()
    said = None
    try:
        await cs.gather(first(), second())
    except ValueError as error:
        said = str(error)
    return [said, cs.wait("second", timeout=5)]


def test_a_sleep_is_over_when_another_branch_has_failed(tmp_path: Path) -> None:
    """The failure comes first, and ends the branch that sleeps."""
    store = str(tmp_path / "runs.db")
    assert cs.run(naps(), store=store, run_id="run") == cs.run(naps()) == "no"


@pytest.mark.parametrize("names", [["first", "second"], ["second", "first"], ["first", "first", "second"]])
def test_no_signal_is_taken_by_a_branch_that_another_signal_ends(tmp_path: Path, names: list[str]) -> None:
    """It is kept until somebody waits for it."""
    store = cs.Store(str(tmp_path / "runs.db"))
    GONE[0] = False
    with pytest.raises(Gone):
        cs.run(both(), store=store, run_id="run")
    for name in names:
        store.signal("run", name, f"the {name}")
    if names[0] == "second":  # it came first, and is the branch's
        store.signal("run", "second", "another")
    assert cs.resume("run", store) == ["the first", "another" if names[0] == "second" else "the second"]
