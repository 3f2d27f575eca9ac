"""Times that are over: of a budget, whatever the run waits for, and of calls that have not begun."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import cascade as cs


@cs.task
async def later(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


@cs.task(mode="inline")
def block(seconds: float) -> None:
    time.sleep(seconds)


@cs.flow
def sleeps() -> int:
    for _ in range(5):
        cs.sleep(0.2)
    return 5


@cs.flow
def waits() -> object:
    return cs.wait("never", timeout=1.0)


@cs.flow
def spins() -> None:
    while True:
        cs.sleep(0)


@cs.flow
def calls() -> list[str]:
    return [later(0.2) for _ in range(5)]


@cs.flow
def timed() -> str:
    try:
        return later(0.05).with_timeout(0.1)  # type: ignore[attr-defined, no-any-return]
    except TimeoutError:
        return "late"


@cs.flow
def blocked() -> list[object]:
    return cs.gather(timed(), block(0.3))


@pytest.mark.parametrize("flow", [sleeps, waits, spins, calls])
def test_a_run_whose_time_is_over_is_paused_wherever_it_is(tmp_path: Path, flow: Callable[[], object]) -> None:
    """And is still so when it is resumed without more of it."""
    store = str(tmp_path / "runs.db")
    began = time.monotonic()
    with pytest.raises(cs.RunPaused, match="its budget of seconds"):
        cs.run(flow(), store=store, run_id="run", budget=cs.Budget(seconds=0.5))
    assert time.monotonic() < began + 0.9
    with pytest.raises(cs.RunPaused, match="its budget of seconds"):
        cs.resume("run", store)
    if flow in (sleeps, calls):
        assert cs.resume("run", store, add_budget=cs.Budget(seconds=10)) == cs.run(flow())


def test_a_call_that_is_late_before_it_has_begun(tmp_path: Path) -> None:
    """Its coroutine is closed: nobody awaits it."""
    assert cs.run(blocked(), store=str(tmp_path / "runs.db")) == cs.run(blocked()) == ["late", None]
