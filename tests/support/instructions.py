"""Flows written as instructions, and what all ways of running them give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction
from cascade_vm.verifier import verify
from support.tiers import outcomes

__all__ = ["agree", "flow", "program"]


def flow(
    name: str, parameters: Sequence[str], registers: int, constants: Sequence[object], code: Sequence[Instruction],
    handlers: Sequence[Handler] = (), columns: tuple[int, int] = (0, 1),
) -> Flow:  # fmt: skip
    """A flow whose instruction ``pc`` is on line ``pc + 1``."""
    begin, end = columns
    locations = tuple(Location(0, pc + 1, begin, pc + 1, end, name) for pc in range(len(code)))
    named = tuple(Parameter(parameter) for parameter in parameters)
    variables = (*parameters, *[None] * (registers - len(parameters)))
    return Flow(
        name, named, registers, tuple(map(Constant, constants)), tuple(code), tuple(range(len(code))), locations,
        tuple(handlers), variables,
    )  # fmt: skip


def program(*flows: Flow, tasks: Sequence[str] = (), file: str = "made.csc") -> Blueprint:
    blueprint = Blueprint(flows, tuple(Task(task) for task in tasks), (file,), 0)
    verify(blueprint)
    return blueprint


def agree(blueprint: Blueprint, arguments: Sequence[object] = (), tasks: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The value, or the error, that all ways of running it give."""
    ways = list(outcomes(blueprint, lambda: arguments, lambda: tasks or {}))
    for way, got in ways:
        assert repr(got) == repr(ways[0][1]), way
    return ways[0][1].error or ways[0][1].value
