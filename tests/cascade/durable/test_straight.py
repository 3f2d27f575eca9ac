"""The straight way writes what rounds write: the same commits, byte by byte, and the same calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cascade.durable import run as rounds
from cascade.durable.documents import Known
from cascade.durable.encoding import encode_call, encode_given
from cascade.durable.standard import CODECS
from cascade.durable.store import Commit, Store, open_store
from hypothesis import given
from hypothesis import strategies as st

import cascade as cs

MADE: list[object] = []


@cs.task(mode="inline")
def add(one: int, other: int) -> int:
    MADE.append((one, other))
    return one + other


@cs.task
async def add_later(one: int, other: int) -> int:
    await asyncio.sleep(0)
    MADE.append((one, other))
    return one + other


@cs.task(mode="inline")
def append(items: list[object], item: object) -> list[object]:
    MADE.append(item)
    items.append(item)
    return items


@cs.task
async def append_later(items: list[object], item: object) -> int:
    await asyncio.sleep(0)
    items.append(item)
    return len(items)


@cs.task(mode="inline")
def next_state(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "n": state["n"] + 1, "seen": [state["n"]]}


@cs.task(mode="inline")
def fails(number: int) -> int:
    if number % 3 == 0:
        raise ValueError(number)
    return number


@cs.task(mode="inline")
def costs(number: int) -> int:
    cs.current_call().add_cost(number)
    return number


@cs.task(mode="inline")
def gives_a_set(number: int) -> set[int]:
    return {number, number + 1}


@cs.task(mode="inline")
def gives_a_page(number: int) -> str:
    return "page " * 100 + str(number)


@cs.task(mode="inline")
def gives_a_coroutine(number: int) -> Any:
    return add_later.fn(number, 1)


@cs.flow
def numbers(turns: int) -> int:
    total = 0
    for _ in range(turns):
        total = add(total, 1)
    return total


@cs.flow
def later(turns: int) -> int:
    total = 0
    for _ in range(turns):
        total = add_later(total, 1)
    return total


@cs.flow
def states(turns: int) -> dict[str, Any]:
    state: dict[str, Any] = {"n": 0}
    for _ in range(turns):
        state = next_state(state)
    return state


@cs.flow
def lists(turns: int) -> list[object]:
    items: list[object] = []
    same = items
    for number in range(turns):
        items = append(items, number)
        append_later(same, "x")
    return same


@cs.flow
def errors(turns: int) -> int:
    total = 0
    for number in range(turns):
        try:
            total += fails(number)
        except ValueError:
            total -= 1
    return total


@cs.flow
def others(turns: int) -> list[object]:
    found: list[object] = []
    for number in range(turns):
        found.append(costs(number))
        found.append(sorted(gives_a_set(number)))
        found.append(gives_a_page(number))
        found.append(gives_a_coroutine(number))
        found.append(number.bit_length())
    return found


class Noting:
    """A store that notes what is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.commits: list[object] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> Awaitable[None]:
        self.commits.append((commit.records, commit.snapshot, commit.outcome))
        return self._store.commit(commit)


async def committed(call: Callable[[], Any], path: str) -> tuple[list[object], object]:
    store: Any = Noting(await open_store(path))
    value = await cs.arun(call(), store=store, run_id="run")
    await store.close()
    return [(list(map(bytes, records)), *rest) for records, *rest in store.commits], value


@pytest.mark.parametrize("flow", [numbers, later, states, lists, errors, others], ids=lambda flow: flow.name)
@pytest.mark.parametrize("turns", [1, 40])
def test_the_same_is_written(flow: Any, turns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots of what took long are left out: when they are due is a matter of time."""
    monkeypatch.setattr(rounds, "MOST_COMPUTED", 1000.0)
    MADE.clear()
    straight = asyncio.run(committed(lambda: flow(turns), str(tmp_path / "straight.db")))
    made, MADE[:] = [*MADE], []
    taken: list[object] = []
    monkeypatch.setattr(rounds, "what_happens", lambda run: taken.append(run))
    assert asyncio.run(committed(lambda: flow(turns), str(tmp_path / "rounds.db"))) == straight
    assert made == MADE
    assert taken


_SMALL = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3)
_LONG = st.sampled_from(["x" * 255, "x" * 256, b"y" * 256, "\ud800", 2**64, -(2**63) - 1])
_ARGUMENT = _SMALL | _LONG | st.lists(_SMALL | _LONG, max_size=4) | st.dictionaries(_SMALL | _LONG, _SMALL, max_size=4)


@given(st.lists(_ARGUMENT | st.lists(st.lists(_SMALL)), max_size=4), st.lists(st.integers(0, 3), max_size=3))
def test_calls_have_the_bytes_of_any_value(arguments: list[Any], again: list[int]) -> None:
    """Logs that were written before have digests of these bytes. An argument may be given twice."""
    arguments += [arguments[at] for at in again if at < len(arguments)]
    found = encode_call("task", arguments)
    try:
        known = Known()
        data = encode_given(("task", None, tuple(arguments), {}), known=known, codecs=CODECS, name="given")
    except cs.NotStorable:
        assert found is None
        return
    if found is not None:
        assert found[0] == data
        assert [*map(id, found[1][2:])] == [*map(id, known.objects[3:])]
        assert found[1][:2] == [tuple(arguments), {}]
