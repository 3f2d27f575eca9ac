"""Constraints: who may use how much of what a system has, and who waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from cascade.capacity import Capacity, check_amounts
from cascade.errors import EngineError
from cascade.testing import run_virtual
from hypothesis import given
from hypothesis import strategies as st

# --- the amounts themselves ----------------------------------------------------------------------------------------------


async def use(capacity: Capacity, log: list[str], name: str, amounts: Mapping[str, float], seconds: float) -> None:
    needed = check_amounts(amounts, name)
    if capacity.take(needed) is not None:
        log.append(f"{name} waits")
        await capacity.wait(needed)
    log.append(f"{name} begins at {asyncio.get_running_loop().time():.0f}")
    try:
        await asyncio.sleep(seconds)
    finally:
        capacity.give_back(needed)


def run_all(total: Mapping[str, float], *calls: tuple[str, Mapping[str, float], float]) -> list[str]:
    """Begin calls one after the other at once, and tell what happened."""
    log: list[str] = []

    async def main() -> None:
        capacity = Capacity(total)
        await asyncio.gather(*(use(capacity, log, *call) for call in calls))
        assert capacity.take(dict(total)) is None, "something was not given back"

    run_virtual(main())
    return log


def test_what_fits_begins_at_once_and_the_rest_as_soon_as_it_can() -> None:
    """Three at a time of two."""
    cpu = {"cpu": 1}
    assert run_all({"cpu": 2}, ("a", cpu, 3), ("b", cpu, 5), ("c", cpu, 1)) == [
        "a begins at 0", "b begins at 0", "c waits", "c begins at 3",
    ]  # fmt: skip


def test_a_large_call_is_not_overtaken_for_ever() -> None:
    """Small calls that come later wait behind it; one that needs something else does not."""
    log = run_all(
        {"cpu": 2, "gpu": 1},
        ("a", {"cpu": 1}, 3), ("large", {"cpu": 2}, 3), ("b", {"cpu": 1}, 1), ("other", {"gpu": 1}, 1),
    )  # fmt: skip
    assert log == [
        "a begins at 0", "large waits", "b waits", "other begins at 0", "large begins at 3", "b begins at 6",
    ]  # fmt: skip


def test_two_that_need_two_things_in_another_order_do_not_block_each_other() -> None:
    """All is taken at once."""
    one, other = {"cpu": 1, "gpu": 1}, {"gpu": 1, "cpu": 1}
    assert run_all({"cpu": 1, "gpu": 1}, ("a", one, 1), ("b", other, 1), ("c", one, 1)) == [
        "a begins at 0", "b waits", "c waits", "b begins at 1", "c begins at 2",
    ]  # fmt: skip


def test_one_that_is_cancelled_while_it_waits_leaves_the_queue() -> None:
    """And those behind it go; one that is cancelled as it is served gives back what it got."""

    async def main() -> list[str]:
        capacity, log = Capacity({"cpu": 2}), list[str]()
        assert capacity.take({"cpu": 1}) is None
        large = asyncio.create_task(use(capacity, log, "large", {"cpu": 2}, 1))
        small = asyncio.create_task(use(capacity, log, "small", {"cpu": 1}, 1))
        await asyncio.sleep(1)
        large.cancel()
        await small
        served = asyncio.create_task(use(capacity, log, "served", {"cpu": 2}, 1))
        await asyncio.sleep(0)
        capacity.give_back({"cpu": 1})  # which serves it
        served.cancel()
        await asyncio.wait((served,))
        assert capacity.take({"cpu": 2}) is None
        return log

    assert run_virtual(main()) == ["large waits", "small waits", "small begins at 1", "served waits"]


@pytest.mark.parametrize(
    ("code", "amounts"),
    [
        ("CS445", {"cpu": 5}), ("CS445", {"none": 0.5}), ("CS446", {"gpu": 1}),
        ("CS447", {"cpu": "2"}), ("CS447", {"cpu": True}), ("CS447", {"cpu": -1}), ("CS447", {"cpu": float("nan")}),
    ],
)  # fmt: skip
def test_what_can_never_be_is_an_error(code: str, amounts: Mapping[str, object]) -> None:
    """Instead of a wait without end."""
    with pytest.raises(EngineError) as refused:
        Capacity({"cpu": 4, "none": 0}).check(check_amounts(amounts, "m:t"), "m:t")
    assert refused.value.code == code


def test_without_a_system_nothing_is_limited() -> None:
    """Neither amounts nor names."""
    capacity = Capacity(None)
    capacity.check({"anything": 1e9}, "m:t")
    assert capacity.take({"anything": 1e9}) is None


_NEEDS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 3))


@given(st.lists(st.tuples(_NEEDS, st.integers(0, 9), st.integers(0, 9), st.integers(0, 30)), max_size=25))
def test_everybody_is_served_and_nobody_gets_what_is_not_there(calls: list[tuple[dict[str, int], int, int, int]]) -> None:
    """Whatever comes when, needs what, lasts how long, and is cancelled."""
    total = {"a": 3, "b": 3, "c": 3}

    async def main() -> None:
        capacity, used = Capacity(total), dict.fromkeys(total, 0)

        async def one(needs: dict[str, int], begin: int, seconds: int) -> None:
            await asyncio.sleep(begin)
            needed = check_amounts(needs, "m:t")
            if capacity.take(needed) is not None:
                await capacity.wait(needed)
            for name in needs:
                used[name] += needs[name]
                assert used[name] <= total[name]
            try:
                await asyncio.sleep(seconds)
            finally:
                for name in needs:
                    used[name] -= needs[name]
                capacity.give_back(needed)

        tasks = [asyncio.create_task(one(needs, begin, seconds)) for needs, begin, seconds, _ in calls]
        for task, (*_, cut) in zip(tasks, calls, strict=True):
            asyncio.get_running_loop().call_later(cut + 0.5, task.cancel)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert outcome is None or isinstance(outcome, asyncio.CancelledError)
        assert capacity.take(total) is None

    run_virtual(main())


def test_ten_thousand_that_wait_are_served_in_time() -> None:
    """Time grows in proportion."""
    log = run_all({"cpu": 1}, *((f"{i}", {"cpu": 1}, 0) for i in range(10_000)))
    assert len(log) == 19_999
