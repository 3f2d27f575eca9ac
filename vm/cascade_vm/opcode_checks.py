"""What only certain opcodes have to keep: calls that fit what they call, stars in range.

Knows one instruction at a time, whose operands are in range already (`operand_checks`), and the program it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cascade_vm import opcodes
from cascade_vm.blueprint import Blueprint
from cascade_vm.opcodes import Instruction
from cascade_vm.operand_checks import Fault
from cascade_vm.operations import OPERATIONS

__all__ = ["CALLS_FLOWS", "check_opcode", "raw_arguments"]

CALLS_FLOWS = frozenset((opcodes.CallFlow, opcodes.TailCall, opcodes.Fork, opcodes.Map, opcodes.Close))
"""The opcodes that hand arguments to flows; a test compares them with the roles."""


def check_opcode(instruction: Instruction, blueprint: Blueprint) -> Iterator[Fault]:
    """What is wrong with ``instruction`` as one of its opcode."""
    check = _CHECKS.get(type(instruction))
    if check is not None:
        yield from check(instruction, blueprint)


def raw_arguments(instruction: Instruction) -> Iterator[tuple[int, int, int]]:
    """``(flow, parameter, operand)`` for each argument that goes to a parameter of a flow unchecked."""
    match instruction:
        case opcodes.CallFlow(flow=flow, arguments=arguments) | opcodes.TailCall(flow=flow, arguments=arguments):
            for index, operand in enumerate(arguments):
                yield flow, index, operand
        case opcodes.Close(flow=flow, captured=captured):
            for index, operand in enumerate(captured):
                yield flow, index, operand
        case opcodes.Map(flow=flow, arguments=arguments):
            for index, operand in enumerate(arguments, start=1):
                yield flow, index, operand
        case opcodes.Fork(flows=flows, arguments=groups):
            for flow, group in zip(flows, groups, strict=True):
                for index, operand in enumerate(group):
                    yield flow, index, operand
        case _:
            pass


def _fits(blueprint: Blueprint, flow: int, given: int) -> Iterator[Fault]:
    called = blueprint.flows[flow]
    if given != len(called.parameters):
        yield Fault("CS323", f"{called.name} has {len(called.parameters)} parameters, and is given {given} arguments")


def _move(instruction: opcodes.Move, blueprint: Blueprint) -> Iterator[Fault]:
    if len(instruction.targets) != len(instruction.sources):
        yield Fault("CS323", f"{len(instruction.sources)} values are moved to {len(instruction.targets)} registers")


def _compute(instruction: opcodes.Compute, blueprint: Blueprint) -> Iterator[Fault]:
    yield from _forms(instruction, blueprint)
    operation = OPERATIONS[instruction.operation]
    spread = sum(form in ("*", "**") for form in instruction.forms)
    given = len(instruction.arguments) - spread
    too_few = given < operation.least and not spread
    if too_few or (operation.most is not None and given > operation.most):
        most = "any number of" if operation.most is None else f"at most {operation.most}"
        yield Fault(
            "CS323",
            f"{instruction.operation!r} takes at least {operation.least} and {most} arguments, and is given {given}",
        )


def _forms(
    instruction: opcodes.Compute | opcodes.Call | opcodes.Method | opcodes.Request | opcodes.Invoke, blueprint: Blueprint
) -> Iterator[Fault]:
    if instruction.forms and len(instruction.forms) != len(instruction.arguments):
        yield Fault("CS323", f"{len(instruction.arguments)} arguments have {len(instruction.forms)} forms")


def _unpack(instruction: opcodes.Unpack, blueprint: Blueprint) -> Iterator[Fault]:
    if instruction.star >= len(instruction.targets):
        yield Fault("CS320", f"target {instruction.star} takes the rest; there are {len(instruction.targets)}")


def _call_flow(instruction: opcodes.CallFlow | opcodes.TailCall, blueprint: Blueprint) -> Iterator[Fault]:
    yield from _fits(blueprint, instruction.flow, len(instruction.arguments))


def _fork(instruction: opcodes.Fork, blueprint: Blueprint) -> Iterator[Fault]:
    if len(instruction.flows) != len(instruction.arguments):
        yield Fault("CS323", f"{len(instruction.flows)} branches have {len(instruction.arguments)} groups of arguments")
        return
    for groups in (instruction.inputs, instruction.after):
        if len(groups) not in (0, len(instruction.flows)):
            yield Fault("CS323", f"{len(instruction.flows)} branches have {len(groups)} groups of branches that they need")
            return
    inputs = instruction.inputs or ((),) * len(instruction.flows)
    for flow, group, given in zip(instruction.flows, instruction.arguments, inputs, strict=True):
        yield from _fits(blueprint, flow, len(group) + len(given))


def _map(instruction: opcodes.Map, blueprint: Blueprint) -> Iterator[Fault]:
    yield from _fits(blueprint, instruction.flow, 1 + len(instruction.arguments))


def _close(instruction: opcodes.Close, blueprint: Blueprint) -> Iterator[Fault]:
    closed = blueprint.flows[instruction.flow]
    if len(instruction.captured) > len(closed.parameters):
        given = len(instruction.captured)
        yield Fault("CS323", f"{closed.name} has {len(closed.parameters)} parameters, and a function of it holds {given}")


_CHECKS: dict[type[Instruction], Callable[[Any, Blueprint], Iterator[Fault]]] = {
    opcodes.Move: _move,
    opcodes.Compute: _compute,
    opcodes.Unpack: _unpack,
    opcodes.Call: _forms,
    opcodes.Method: _forms,
    opcodes.Request: _forms,
    opcodes.CallFlow: _call_flow,
    opcodes.TailCall: _call_flow,
    opcodes.Fork: _fork,
    opcodes.Map: _map,
    opcodes.Close: _close,
    opcodes.Invoke: _forms,
}
