"""Whether a Blueprint makes sense: what `find_complaints` has nothing to say about runs without an error of the machine's.

In this order, since each relies on the one before:

    tables    names, parameters, handlers, locations, sizes            `table_checks`
    code      every operand in range, calls that fit, no falling off   `operand_checks`, `opcode_checks`
    paths     every register is written, and bound where it must be    `blocks`, `dataflow`

It needs no more time than a small multiple of the program's size. It knows no values but constants, and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from cascade_vm import opcodes, roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.dataflow import TooTangled, find_unready_reads
from cascade_vm.errors import BlueprintError
from cascade_vm.opcode_checks import CALLS_FLOWS, check_opcode, raw_arguments
from cascade_vm.opcodes import Instruction
from cascade_vm.operand_checks import Sizes, check_operands
from cascade_vm.table_checks import check_flow_tables, check_program

__all__ = ["Complaint", "find_complaints", "verify"]

MOST = 100
"""Complaints after which it stops looking."""


class Complaint(NamedTuple):
    """What is wrong and where: ``flow`` is an index or None (the whole program), ``pc`` an instruction or None."""

    code: str
    flow: int | None
    pc: int | None
    message: str


def find_complaints(blueprint: Blueprint) -> list[Complaint]:
    """What is wrong with the program, at most `MOST` complaints; none: it is verified."""
    complaints: list[Complaint] = []
    for complaint in _complaints(blueprint):
        complaints.append(complaint)
        if len(complaints) == MOST:
            break
    return complaints


def verify(blueprint: Blueprint) -> None:
    """Raise `BlueprintError` when there are complaints: one sentence each, and a note with the listing around them."""
    complaints = find_complaints(blueprint)
    if not complaints:
        return
    error = BlueprintError(complaints[0].code, *(_sentence(blueprint, complaint) for complaint in complaints))
    from cascade_vm.excerpt import format_excerpt  # only a refused program needs a listing

    error.add_note(format_excerpt(blueprint, complaints))
    raise error


def _sentence(blueprint: Blueprint, complaint: Complaint) -> str:
    _, flow, pc, message = complaint
    if flow is None:
        return message
    where = f"flow {blueprint.flows[flow].name[:60]}" + ("" if pc is None else f" @{pc}")
    return f"{where}: {message}"


def _complaints(blueprint: Blueprint) -> Iterator[Complaint]:
    sound = True
    for code, message in check_program(blueprint):
        sound = False
        yield Complaint(code, None, None, message)
    for index, flow in enumerate(blueprint.flows):
        for code, message in check_flow_tables(flow, len(blueprint.files)):
            sound = False
            yield Complaint(code, index, None, message)
    if not sound:
        return
    for index in range(len(blueprint.flows)):
        found = list(islice(_code_complaints(blueprint, index), MOST))
        yield from found or _path_complaints(blueprint, index)


def _code_complaints(blueprint: Blueprint, index: int) -> Iterator[Complaint]:
    flow = blueprint.flows[index]
    sizes = Sizes(flow.registers, len(flow.constants), len(flow.code), len(blueprint.tasks), len(blueprint.flows))
    for pc, instruction in enumerate(flow.code):
        in_range = True
        for code, message in check_operands(instruction, sizes):
            in_range = False
            yield Complaint(code, index, pc, message)
        if in_range:
            for code, message in check_opcode(instruction, blueprint):
                yield Complaint(code, index, pc, message)
    if not flow.code:
        yield Complaint("CS324", index, None, "the flow has no code")
    elif not flow.code[-1].ends_block:
        yield Complaint("CS324", index, len(flow.code) - 1, "the code runs off its end")
    for pc in _tail_calls_protected(flow):
        yield Complaint("CS324", index, pc, "a tail call is in a protected range")


def _tail_calls_protected(flow: Flow) -> Iterator[int]:
    depth = [0] * (len(flow.code) + 1)
    for handler in flow.handlers:
        depth[handler.start] += 1
        depth[handler.end] -= 1
    open_ranges = 0
    for pc, instruction in enumerate(flow.code):
        open_ranges += depth[pc]
        if open_ranges and isinstance(instruction, opcodes.TailCall):
            yield pc


def _path_complaints(blueprint: Blueprint, index: int) -> Iterator[Complaint]:
    flow = blueprint.flows[index]

    def needed_bound(instruction: Instruction) -> tuple[int, ...]:
        needed = roles.plain_reads(instruction)
        if type(instruction) in CALLS_FLOWS:
            needed += tuple(
                operand
                for called, parameter, operand in raw_arguments(instruction)
                if not (blueprint.flows[called].branch or blueprint.flows[called].parameters[parameter].computed)
            )
        return needed

    try:
        findings = find_unready_reads(flow, needed_bound)
    except TooTangled as reason:
        yield Complaint("CS329", index, None, f"the flow can not be checked: {reason}")
        return
    for pc, register, unbound in findings:
        if unbound:
            yield Complaint("CS322", index, pc, f"register {register} may be unbound here; a value is needed")
        else:
            yield Complaint("CS321", index, pc, f"register {register} is read here, and not written on every way here")
