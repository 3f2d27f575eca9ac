"""Runs with a limit of turns, or a listener, have generated code too: it takes its turns in batches, not one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from cascade.events import Event
from cascade_vm import tiers

import cascade as cs

TURNS = 20_000


@cs.task(mode="inline")
def step(number: int) -> int:
    return number + 1


@cs.flow
def loop(count: int) -> int:
    number = 0
    while number < count:
        number += 1
    return number


@cs.flow
def calls(count: int) -> int:
    number = 0
    while number < count:
        number = step(number)
    return number


@cs.flow
def tail(count: int) -> int:
    if count <= 0:
        return 0
    return tail(count - 1)


@cs.flow
def through(count: int) -> int:
    last = 0
    for number in range(count):
        last = number
    return last


@pytest.mark.parametrize("limited", [True, False])
@pytest.mark.parametrize("flow", [loop, calls, tail, through])
def test_code_is_left_at_the_end_of_a_batch_only(
    flow: Callable[[int], object], limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A twentieth of the turns, or far fewer, by the clock: leaving and entering costs what a hundred turns cost."""
    left = []
    real = tiers.left_code

    def counted(strand: object, error: BaseException) -> int:
        left.append(error)
        return real(strand, error)  # type: ignore[arg-type]

    engine = cs.Engine()
    given = {"budget": cs.Budget(turns=10**9)} if limited else {}
    if not limited:
        engine.bus.subscribe(Event, lambda event: None)
    asyncio.run(_awaited(engine.run(flow(TURNS), **given)))  # it is hot from now on
    monkeypatch.setattr(tiers, "left_code", counted)
    asyncio.run(_awaited(engine.run(flow(TURNS), **given)))
    assert len(left) < TURNS / 20


async def _awaited(run: object) -> object:
    return await run  # type: ignore[misc]
