"""Constants of a program are one object with what holds them, until the run is brought back: then they are equal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from cascade.durable import run as rounds
from cascade.durable.course import Course
from cascade.durable.documents import Known
from cascade.durable.encoding import encode, encode_given
from cascade.durable.equal_values import EqualValues
from cascade.durable.journal import Journal
from cascade.durable.standard import CODECS
from cascade.durable.store import Commit, Store, open_store
from cascade.durable.suspensions import Calling
from cascade_vm.host import Place, Site

import cascade as cs

PAGE = "You are a helpful assistant. " * 12
DEEP: Any = ("a", (1, (2.5, PAGE)), -0.0, timedelta(5))
CONSTANTS = {"page": PAGE, "bytes": b"x" * 300, "large": 2**80, "tuple": DEEP, "short": "x" * 255}


@cs.task(mode="inline")
def ask(one: object, history: list[object]) -> str:
    return f"answer {len(history)}"


@cs.task(mode="inline")
def give(what: object) -> object:
    return what


@cs.flow
def page(turns: int, given: object) -> int:
    history: list[object] = [PAGE, given]
    for _ in range(turns):
        history.append(ask(PAGE, history))
    return len(history)


@cs.flow
def pages(turns: int, given: object) -> int:
    history: list[object] = [give(PAGE), give(given)]
    for _ in range(turns):
        history.append(ask(PAGE, history))
    return len(history)


@cs.flow
def bytes_(turns: int, given: object) -> int:
    history: list[object] = [b"x" * 300]
    for _ in range(turns):
        history.append(ask(b"x" * 300, [history, given]))
    return len(history)


@cs.flow
def large(turns: int, given: object) -> int:
    number = 1208925819614629174706176
    history: list[object] = [number]
    for _ in range(turns):
        history.append(ask(1208925819614629174706176, [history, given, number]))
    return len(history)


@cs.flow
def tuples(turns: int, given: object) -> int:
    history: list[object] = [DEEP, DEEP[1]]
    for _ in range(turns):
        history.append(ask(DEEP, [history, given, (history, DEEP), (history, DEEP)]))
    return len(history)


class Killed(BaseException):
    pass


class Dying:
    """A store whose process dies after so many commits."""

    def __init__(self, store: Store, commits: int) -> None:
        self._store = store
        self._commits = commits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> Awaitable[None]:
        return self._commit(commit)

    async def _commit(self, commit: Commit) -> None:
        await self._store.commit(commit)
        self._commits -= 1
        if not self._commits:
            raise Killed


async def killed_and_resumed(call: Any, path: str, commits: int) -> object:
    store: Any = await open_store(path)
    try:
        with pytest.raises(Killed):
            await cs.arun(call, store=Dying(store, commits), run_id="run")
    finally:
        await store.close()
    store = await open_store(path)
    try:
        return await cs.arun(call, store=store, run_id="run")
    finally:
        await store.close()


@pytest.mark.parametrize("flow", [page, pages, bytes_, large, tuples], ids=lambda flow: flow.name)
@pytest.mark.parametrize("least", [1, 200, 100_000])
@pytest.mark.parametrize("commits", [2, 9])
def test_a_run_goes_on_that_has_a_constant_twice(
    flow: Any, least: int, commits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a snapshot, from its log, and from both; the caller may have given the constant, too."""
    monkeypatch.setattr(rounds, "LEAST_LOG", least)
    for number, given in enumerate([*CONSTANTS.values(), [PAGE, DEEP]]):
        path = str(tmp_path / f"{number}.db")
        assert asyncio.run(killed_and_resumed(flow(10, given), path, commits)) == cs.run(flow(10, given))


def digest_of(*given: object) -> bytes:
    known = Known()
    data = encode_given(given, known=known, codecs=CODECS, name="given")
    assert len({*map(id, known.objects)}) == len(known.objects)
    return data


def test_which_of_equal_values_are_one_object_does_not_matter() -> None:
    """Which of those that can change are, does."""
    nan = float("nan")
    for one, other in (
        (PAGE, PAGE[:1] + PAGE[1:]),
        (2**80, 2**79 * 2),
        (nan, float("nan")),
        (DEEP, ("a", (1, (2.5, PAGE)), -0.0, timedelta(5))),
    ):
        assert digest_of(one, one) == digest_of(one, other) == digest_of(other, one)
    first, second = [1], [1]
    assert digest_of(first, first) != digest_of(first, second)
    assert digest_of((first,), (first,)) == digest_of(*[(first,)] * 2) != digest_of((first,), (second,))
    assert digest_of((0.0, PAGE), (0.0, PAGE)) != digest_of((0.0, PAGE), (-0.0, PAGE))
    assert digest_of((1, PAGE), (1, PAGE)) != digest_of((1, PAGE), (True, PAGE))


def test_deep_and_shared_tuples_cost_what_they_are() -> None:
    """Nothing recurses, and what is there twice is looked at once."""
    deep: Any = ()
    for _ in range(100_000):
        deep = (deep,)
    shared: Any = ("x",)
    for _ in range(100):
        shared = (shared, shared)
    equal = EqualValues()
    assert equal.number(deep) == equal.number((deep[0],))
    assert equal.number(shared) == equal.number((shared[0], shared[0])) != equal.number(deep)
    assert equal.number([]) is None
    while deep:  # freed from the outside, without going deep
        deep = deep[0]


def test_logs_from_before_are_read() -> None:
    """Their digests told equal values apart that were two objects, and numbered both."""
    site = Site("ask", Place("page", "flow.py", 1, 0, 1, 1))
    other_page = PAGE[:1] + PAGE[1:]
    history: list[object] = [PAGE, other_page]

    def calling() -> Calling:
        return Calling(site, "ask", None, (PAGE, history), {}, Course((), "ask"))

    known = Known()
    old = crc32(encode(("ask", None, (PAGE, history), {}), known=known))
    call, journal = calling(), Journal(CODECS)
    journal.note(call)
    assert call.digest != old
    answer = Known()
    answer.add(known.objects[1:])
    told = encode([history], known=answer)
    assert journal.take(call, old, told) is history
    assert call.digest == old
    with pytest.raises(cs.StoreError):
        journal.take(calling(), old + 1, told)
