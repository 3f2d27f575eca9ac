"""The shapes of the acceptance script, shortened: its module paths, its targets, and right results from both engines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cascade.adapters.executors.local import LocalExecutor
from cascade.adapters.solvers.native import NativeSolver
from cascade.runtime import Engine, MessageBus
from cascade.spec.blueprint import TailCall

import cascade as cs

ROUNDS = 300


@cs.task
def noop(_dummy=None):  # type: ignore[no-untyped-def]
    return "done"


@cs.task
def explicit_countdown_step(n: int):  # type: ignore[no-untyped-def]
    if n <= 0:
        return cs.Jump(target_key="exit", data="done")
    return cs.Jump(target_key="loop", data=n - 1)


@cs.task
def heavy_step(n: int, _structure=None):  # type: ignore[no-untyped-def]
    if n <= 0:
        return cs.Jump(target_key="exit", data="done")
    return cs.Jump(target_key="loop", data=n - 1)


@cs.task
def vm_countdown(n: int):  # type: ignore[no-untyped-def]
    if n <= 0:
        return "done"
    return TailCall(kwargs={"n": n - 1})


def explicit_loop(n: int) -> Any:
    step = explicit_countdown_step(n)
    selector = cs.select_jump({"loop": step, "exit": None})
    cs.bind(step, selector)
    return step


def heavy_explicit_loop(n: int, complexity: int = 20) -> Any:
    dep_chain = noop()
    for _ in range(complexity):
        dep_chain = noop(_dummy=dep_chain)
    step = heavy_step(n, _structure=dep_chain)
    cs.bind(step, cs.select_jump({"loop": step, "exit": None}))
    return step


@pytest.mark.parametrize("use_vm", [True, False])
def test_the_acceptance_script_in_short(use_vm: bool) -> None:
    """Loops by jumps, with and without a chain that stays as it is, and by tail calls, on one engine."""

    async def main() -> None:
        engine = Engine(solver=NativeSolver(), executor=LocalExecutor(), bus=MessageBus())
        for target in (explicit_loop(ROUNDS), heavy_explicit_loop(ROUNDS), vm_countdown(n=ROUNDS)):
            assert isinstance(target, cs.LazyResult)
            assert await engine.run(target, use_vm=use_vm) == "done"

    asyncio.run(main())


def test_the_names_are_public_too() -> None:
    """`cascade` has all that the script imports."""
    assert (cs.Engine, cs.MessageBus, cs.TailCall) == (Engine, MessageBus, TailCall)
    assert (cs.NativeSolver, cs.LocalExecutor) == (NativeSolver, LocalExecutor)
