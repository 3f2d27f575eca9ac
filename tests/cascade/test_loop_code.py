"""What the machine does in each turn of the loops that people measure: the shortest loop of their Blueprints."""

from __future__ import annotations

from typing import Any

import pytest
from cascade.adapters.solvers.native import NativeSolver
from cascade.lazy import LazyResult
from cascade.planning import compile_plan, graph_of
from cascade.targets import direct_call
from cascade.task_sources import sourced_material
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint

import cascade as cs


@cs.task(name="tests:loop_code_noop")
def noop(_dummy=None):  # type: ignore[no-untyped-def]
    return "done"


@cs.task(name="tests:loop_code_step")
def step(n: int, _structure: object = None) -> object:
    if n <= 0:
        return cs.Jump(target_key="exit", data="done")
    return cs.Jump(target_key="loop", data=n - 1)


@cs.task(name="tests:loop_code_countdown")
def countdown(n: int) -> object:
    if n <= 0:
        return "done"
    return cs.TailCall(kwargs={"n": n - 1})


@cs.task(name="tests:loop_code_increased")
def increased(x: int) -> int:
    return x + 1


@cs.flow
def chain(turns: int) -> int:
    n = 0
    for _ in range(turns):
        n = increased(increased(increased(n)))
    return n


@cs.flow
def dependent(turns: int) -> Any:
    n = turns
    last = None
    while n > 0:
        last = noop(noop(noop()))
        n = n - 1
    return last


@cs.flow
def unchanging(turns: int, k: int) -> int:
    n = turns
    while n > 0:
        n = n - (increased(k) * increased(k))
    return n


def jumping(*, chained: int) -> LazyResult[Any]:
    structure: Any = None
    for _ in range(chained):
        structure = noop(_dummy=structure)
    made = step(5, _structure=structure) if chained else step(5)
    cs.bind(made, cs.select_jump({"loop": made, "exit": None}))
    return made


def blueprint_of(target: Any) -> Blueprint:
    call = direct_call(target)
    if call is not None:
        return sourced_material(call.flow.program.material).blueprint
    graph = graph_of(target)
    return compile_plan(graph, NativeSolver().resolve(graph)).sourced.blueprint


def turn_of(blueprint: Blueprint) -> list[str]:
    """The instructions of the shortest loop, by their names."""
    code = blueprint.flows[blueprint.entry or 0].code
    loops = [code[label : pc + 1] for pc, each in enumerate(code) for label in roles.labels(each) if label <= pc]
    return [_name(each) for each in min(loops, key=len)]


def _name(instruction: op.Instruction) -> str:
    match instruction:
        case op.Compute(operation=operation) | op.Test(operation=operation):
            return operation
        case _:
            return type(instruction).__name__


@pytest.mark.parametrize(
    ("target", "turn"),
    [
        (jumping(chained=0), ["-", "<="]),
        (jumping(chained=20), ["<=", "-", "Jump"]),
        (countdown(5), ["-", "<="]),
        (chain(5), ["Next", "+", "+", "+", "Jump"]),
        (dependent(5), ["Copy", "-", ">"]),
        (unchanging(5, 2), ["-", ">"]),
    ],
    ids=["jumps", "jumps over a graph", "tail calls", "chain", "constants", "unchanging"],
)
def test_a_turn_is_what_it_computes(target: Any, turn: list[str]) -> None:
    """No jump is made and looked at, nothing is asked for again, nothing is computed again that does not change."""
    assert sorted(turn_of(blueprint_of(target))) == sorted(turn)
