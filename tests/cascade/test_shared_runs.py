"""Runs that are given nothing share a host and a machine: none of them can tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from cascade.testing import run_virtual

import cascade as cs


@cs.flow
def calls_a_value(work: object) -> object:
    return work()  # type: ignore[operator]


@cs.flow
def waits(seconds: float) -> object:
    return cs.wait("tests-signal", timeout=seconds)


@cs.flow
def counts(n: int) -> int:
    while n:
        n -= 1
    return n


def test_each_run_has_resources_of_its_own() -> None:
    """Also where the task that asks for one came as a value: it is set up for each run, and torn down with it."""
    log: list[str] = []

    @cs.resource("tests-shared-runs")
    async def made() -> AsyncIterator[int]:
        log.append("up")
        yield log.count("up")
        log.append("down")

    @cs.task(name="tests:uses")
    async def uses(number: int = cs.inject(made)) -> int:  # type: ignore[assignment]
        await asyncio.sleep(1)
        return number

    @cs.flow
    def asks() -> object:
        return uses()

    async def main() -> None:
        for target in (lambda: calls_a_value(uses), asks):
            log.clear()
            assert await asyncio.gather(cs.arun(target()), cs.arun(target())) == [1, 2]
            assert log == ["up", "up", "down", "down"]

    run_virtual(main())


def test_each_run_waits_for_itself() -> None:
    """Nothing comes to a run without signals; very many may wait for the same name, and give up when they have to."""

    async def main() -> None:
        runs = [asyncio.ensure_future(cs.arun(waits(n % 7 + 1))) for n in range(2_000)]
        done = await asyncio.gather(*runs, return_exceptions=True)
        assert {type(one) for one in done} == {TimeoutError}
        assert asyncio.get_running_loop().time() == pytest.approx(7)

    run_virtual(main())


def test_a_budget_is_a_runs_own() -> None:
    """What others spent does not count."""
    for _ in range(3):
        assert cs.run(counts(1_000)) == 0
        assert cs.run(counts(1_000), budget=cs.Budget(turns=1_100)) == 0
        with pytest.raises(cs.BudgetExhausted, match="1000 turns"):
            cs.run(counts(1_100), budget=cs.Budget(turns=1_000))
