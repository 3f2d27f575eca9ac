"""Cache policies: what they are asked and told, and what counts as a hit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cascade.caches import MISS, Hit
from cascade.engine import Engine
from cascade.testing import run_virtual
from support.both_engines import on_both

import cascade as cs


class Kept:
    """The plainest policy: a dict. ``missing`` is what it answers when it has nothing; None and `MISS` will both do."""

    def __init__(self, missing: object = None) -> None:
        self.missing = missing
        self.store: dict[str, object] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def check(self, task_id: str, inputs: Mapping[str, Any]) -> object:
        self.asked.append((task_id, dict(inputs)))
        return self.store.get(f"{task_id} {dict(inputs)!r}", self.missing)

    async def save(self, task_id: str, inputs: Mapping[str, Any], output: object) -> None:
        await asyncio.sleep(0)
        self.store[f"{task_id} {dict(inputs)!r}"] = output


class Raising(Kept):
    """One that looks with ``[…]``."""

    async def check(self, task_id: str, inputs: Mapping[str, Any]) -> object:
        await super().check(task_id, inputs)
        return self.store[f"{task_id} {dict(inputs)!r}"]


def counted(log: list[object], result: Callable[[int], object] = lambda n: n * 10) -> Any:
    """A task that logs its calls."""

    @cs.task(name="tests:work", mode="inline")
    def work(n: int, factor: int = 1, *rest: int, flag: bool = False) -> object:
        log.append(n)
        return result(n)

    return work


@cs.task(name="tests:both", mode="inline")
def both(first: object, second: object) -> list[object]:
    return [first, second]


def twice(policy: Callable[[], Any], result: Callable[[int], object]) -> Any:
    """The same cached call twice, one after the other, on both engines."""

    def make(log: list[object]) -> object:
        work, kept = counted(log, result), policy()
        first = work(1).with_cache(kept)
        return both(first, work(1).with_cache(kept).after(first))

    return on_both(make)


@pytest.mark.parametrize("policy", [Kept, lambda: Kept(MISS), Raising], ids=["get", "MISS", "KeyError"])
@pytest.mark.parametrize("value", [None, 0, "", False, MISS, Hit(3), Hit(None), [1], 7], ids=repr)
def test_whatever_was_kept_is_a_hit(policy: Callable[[], Any], value: object) -> None:
    """None, the empty text, even the marks that caches use themselves."""
    seen = twice(policy, lambda n: value)
    assert seen.value == [value, value]
    assert seen.log == [1]
    assert seen.names() == [
        "RunStarted", "CallStarted work", "CallFinished work", "CallSkipped work cached",
        "CallStarted both", "CallFinished both", "RunFinished done",
    ]  # fmt: skip


def test_a_policy_is_asked_with_every_parameter() -> None:
    """By name: literals, results of other calls, and defaults."""
    policies: list[Kept] = []

    def make(log: list[object]) -> object:
        policies.append(Kept())
        work = counted(log)
        return [work(work(2), 3, 4, 5, flag=True).with_cache(policies[-1]), work(9).with_cache(policies[-1])]

    assert on_both(make).value == [200, 90]
    for kept in policies:
        assert sorted(kept.asked, key=repr) == [
            ("tests:work", {"n": 20, "factor": 3, "rest": (4, 5), "flag": True}),
            ("tests:work", {"n": 9, "factor": 1, "rest": (), "flag": False}),
        ]


def test_a_failed_call_is_not_kept() -> None:
    """Inside a retry, each attempt asks again; what is kept in the end is the value."""
    kept = Kept()

    def make(log: list[object]) -> object:
        kept.store.clear()

        def flaky(n: int) -> object:
            if len(log) < 3:
                raise ValueError(f"attempt {len(log)}")
            return n

        return counted(log, flaky)(4).with_cache(kept).with_retry(5, delay=1)

    seen = on_both(make)
    assert (seen.value, seen.log) == (4, [4, 4, 4])
    assert list(kept.store.values()) == [4]
    assert len(kept.asked) == 6


def test_an_error_of_the_policy_is_an_error_of_the_call() -> None:
    """Nothing is silently ignored."""

    class Broken(Kept):
        async def save(self, task_id: str, inputs: Mapping[str, Any], output: object) -> None:
            raise OSError("no space left")

    seen = on_both(lambda log: counted(log)(1).with_cache(Broken()))
    assert repr(seen.error) == "OSError('no space left')"


def test_each_item_of_a_map_is_cached_by_itself() -> None:
    """The policy of a map applies to its calls."""

    def make(log: list[object]) -> object:
        return counted(log).map(n=[1, 2, 1]).with_cache(Kept())

    seen = on_both(make)
    assert seen.value == [10, 20, 10]
    assert sorted(map(str, seen.log))[0] == "1"


def test_a_cache_lives_longer_than_an_engine() -> None:
    """It is the user's; a second run, on another engine, finds what the first has kept."""
    kept, log = Kept(), list[object]()
    work = counted(log)

    async def main() -> list[object]:
        return [await Engine().run(work(5).with_cache(kept), use_vm=use_vm) for use_vm in (True, False, None)]

    assert run_virtual(main()) == [50, 50, 50]
    assert log == [5]
