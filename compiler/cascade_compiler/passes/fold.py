"""Constant folding: what can be computed from constants alone is computed now, and a branch on a constant is a jump.

Before::                        After::

    0  compute r1 * 2 3             0  copy r1 6
    1  compute r2 - r1 1            1  copy r2 5
    2  test > r2 0 3 4              2  jump 3

Constants are followed within a block, and by `copies` along all paths; then it is tried again. Nothing is folded that raises,
that would be large (`cascade_compiler.passes.foldable`), or whose value differs between runs. In-place operators fold like
the plain ones: a constant has no place to change. What a `Bound` asks about is folded where it is certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import Block, blocks_of
from cascade_compiler.analysis.liveness import accesses_of
from cascade_compiler.analysis.unbound import MaybeUnbound
from cascade_compiler.passes.copies import propagate_in_flow
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_compiler.passes.foldable import fold_operation, truth
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction

__all__ = ["fold"]

_CLEARED = None
"""What is known of a register that is certain to be unbound."""

Known = dict[int, Constant | None]


def fold(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, fold_flow)


def fold_flow(flow: Flow) -> Flow:
    """One flow: what was folded is propagated, and what that makes constant is folded."""
    while (folded := fold_once(flow)) is not flow:
        flow = propagate_in_flow(folded)
    return flow


def fold_once(flow: Flow) -> Flow:
    """One flow, without propagation."""
    blocks, accesses = blocks_of(flow), accesses_of(flow.code)
    maybe = MaybeUnbound(flow, blocks, accesses)
    edit = Edit(flow)
    for index, block in enumerate(blocks):
        known: Known = {}
        certain = _certainly_bound(flow, maybe, index, block)
        for pc in range(block.start, block.end):
            instruction = flow.code[pc]
            better = fold_instruction(flow, edit, instruction, known, pc in certain)
            if better is not instruction:
                edit.replace(pc, better)
            _learn(edit, better, accesses.writes[pc], known)
    return edit.finish()


def _certainly_bound(flow: Flow, maybe: MaybeUnbound, index: int, block: Block) -> set[int]:
    """The `Bound` instructions of a block that are certain to say yes."""
    asked = [pc for pc in range(block.start, block.end) if isinstance(flow.code[pc], op.Bound)]
    if not asked or maybe.none:
        return set(asked)
    found = set()
    for pc, unbound in maybe.walk(index):
        instruction = flow.code[pc]
        if isinstance(instruction, op.Bound) and not maybe.holds(unbound, instruction.variable):
            found.add(pc)
    return found


def fold_instruction(flow: Flow, edit: Edit, instruction: Instruction, known: Known, bound: bool) -> Instruction:
    """The instruction, or what it comes to; ``bound`` is the certain answer of a `Bound`, when true."""
    match instruction:
        case op.Compute(forms=()):
            values = _constants(flow, instruction.arguments, known)
            result = None if values is None else fold_operation(instruction.operation, values)
            return instruction if result is None else op.Copy(instruction.dst, edit.constant(result))
        case op.Bound():
            if bound:
                return op.Copy(instruction.dst, edit.constant(Constant(True)))
            if known.get(instruction.variable, instruction) is _CLEARED:
                return op.Copy(instruction.dst, edit.constant(Constant(False)))
        case op.Branch():
            values = _constants(flow, (instruction.condition,), known)
            return instruction if values is None else _go(instruction, truth(values[0]))
        case op.Test():
            values = _constants(flow, (instruction.left, instruction.right), known)
            result = None if values is None else fold_operation(instruction.operation, values)
            return instruction if result is None else _go(instruction, truth(result))
        case op.Switch():
            values = _constants(flow, (instruction.value,), known)
            return instruction if values is None else _go_to_case(instruction, values[0])
        case _:
            pass
    return instruction


def _constants(flow: Flow, operands: Sequence[int], known: Known) -> list[Constant] | None:
    """The constants that operands hold; None if one of them is something else."""
    found = []
    for operand in operands:
        constant = flow.constants[-1 - operand] if operand < 0 else known.get(operand)
        if constant is None:
            return None
        found.append(constant)
    return found


def _go(instruction: op.Branch | op.Test, way: bool) -> Instruction:
    return op.Jump(instruction.then if way else instruction.otherwise)


def _go_to_case(switch: op.Switch, value: Constant) -> Instruction:
    number = value.value
    if type(number) is not int:
        return switch
    return op.Jump(switch.cases[number] if 0 <= number < len(switch.cases) else switch.otherwise)


def _learn(edit: Edit, instruction: Instruction, writes: Sequence[int], known: Known) -> None:
    """What is known after an instruction."""
    learned: Known = {}
    if isinstance(instruction, op.Clear):
        learned[instruction.dst] = _CLEARED
    elif instruction.copies:
        for target, source in zip(writes, roles.raw_reads(instruction), strict=True):
            if source < 0:
                learned[target] = edit.constant_at(source)
            elif source in known:
                learned[target] = known[source]
    for register in writes:
        known.pop(register, None)
    known.update(learned)
