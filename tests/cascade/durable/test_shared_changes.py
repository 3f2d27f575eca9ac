"""Calls under way at the same time that change the same object: each change is there once, wherever the run was killed."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

import cascade as cs

GONE = [0]


class Gone(BaseException):
    """Ends the process, as far as a run is concerned."""


@cs.task(mode="inline")
def crash_once(name: str) -> str:
    if GONE[0]:
        GONE[0] -= 1
        raise Gone
    return name


@cs.task
async def add_later(number: int, out: list[object]) -> int:
    await asyncio.sleep(0.02)
    out.append(number)
    return number


@cs.task(mode="blocking")
def add_in_thread(number: int, out: list[object]) -> int:
    time.sleep(0.02)
    out.append(number)
    return number


@cs.task(mode="inline")
def add_now(number: int, out: list[object]) -> int:
    out.append(number)
    return number


@cs.task
async def slow(out: list[object]) -> None:
    out.append("slow")
    await asyncio.sleep(0.15)


@cs.task
async def quick(out: list[object]) -> None:
    await asyncio.sleep(0.02)
    out.append("quick")


@cs.task
async def fail_later(out: list[object]) -> None:
    out.append("tried")
    await asyncio.sleep(0.02)
    raise ValueError("no")


ADD = {"later": add_later, "in a thread": add_in_thread, "now": add_now}


@cs.flow
def many_later(count: int) -> list[object]:
    out: list[object] = []
    cs.gather(*[add_later(number, out) for number in range(count)])
    crash_once("all")
    return out


@cs.flow
def many_in_threads(count: int) -> list[object]:
    out: list[object] = []
    cs.gather(*[add_in_thread(number, out) for number in range(count)])
    crash_once("all")
    return out


@cs.flow
def many_now(count: int) -> list[object]:
    out: list[object] = []
    cs.gather(*[add_now(number, out) for number in range(count)])
    crash_once("all")
    return out


@cs.flow
def chained(count: int) -> list[object]:
    lists: list[list[object]] = [[] for _ in range(count + 1)]
    cs.gather(*[both(number, lists) for number in range(count)])
    crash_once("all")
    return [sorted(each) for each in lists]  # type: ignore[type-var]


@cs.flow
def both(number: int, lists: list[list[object]]) -> None:
    add_later(number, lists[number])
    add_later(number, lists[number + 1])


@cs.flow
def branch(out: list[object]) -> None:
    quick(out)
    crash_once("quick")


@cs.flow
def slow_and_quick() -> list[object]:
    out: list[object] = []
    cs.gather(slow(out), branch(out))
    crash_once("both")
    return out


@cs.flow
def trying(out: list[object]) -> str:
    try:
        fail_later(out)
    except ValueError as error:
        return str(error)
    return "?"


@cs.flow
def one_fails() -> list[object]:
    out: list[object] = []
    said = cs.gather(trying(out), slow(out))
    crash_once("all")
    return [*out, *said]


@cs.flow
def one_is_late() -> list[object]:
    out: list[object] = []
    said = cs.gather(late(out), slow(out), quick(out))
    crash_once("all")
    return [*sorted(out), said[0]]  # type: ignore[type-var]


@cs.flow
def late(out: list[object]) -> str:
    try:
        slow(out).with_timeout(0.05)  # type: ignore[attr-defined]
    except TimeoutError:
        return "late"
    return "in time"


CASES = {
    "later": lambda: many_later(5),
    "in threads": lambda: many_in_threads(3),
    "now": lambda: many_now(5),
    "chained": lambda: chained(4),
    "slow and quick": slow_and_quick,
    "one fails": one_fails,
    "one is late": one_is_late,
}


@pytest.mark.parametrize("outages", [0, 1, 2])
@pytest.mark.parametrize("case", CASES)
def test_each_change_is_there_once(tmp_path: Path, case: str, outages: int) -> None:
    """As without a store: in threads in any order."""
    store = str(tmp_path / "runs.db")
    GONE[0] = 0
    plain = cs.run(CASES[case]())  # type: ignore[operator]
    GONE[0] = outages
    if not outages:
        found = cs.run(CASES[case](), store=store, run_id="run")  # type: ignore[operator]
    for number in range(outages + 1 if outages else 0):
        try:
            found = cs.run(CASES[case](), store=store, run_id="run") if not number else cs.resume("run", store)  # type: ignore[operator]
        except Gone:
            continue
    assert (sorted(found) if case == "in threads" else found) == (sorted(plain) if case == "in threads" else plain)


def test_a_call_that_shares_with_nobody_waits_for_nobody(tmp_path: Path) -> None:
    """Only those that can change the same end together."""
    began = time.monotonic()
    assert cs.run(apart(), store=str(tmp_path / "runs.db")) < began + 0.12


@cs.task(mode="inline")
def clock() -> float:
    return time.monotonic()


@cs.flow
def apart() -> float:
    one: list[object] = []
    other: list[object] = []
    return cs.gather(slow(one), timed(other))[1]  # type: ignore[no-any-return]


@cs.flow
def timed(out: list[object]) -> float:
    quick(out)
    return clock()
