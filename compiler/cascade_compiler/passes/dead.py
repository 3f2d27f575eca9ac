"""Dead code: blocks that control never comes to, writes that nobody reads, checks that can not fail, jumps to the next
instruction.

Before::                        After::

    0  copy r1 r0                   0  return r0
    1  check r0 n
    2  jump 4
    3  copy r2 r1
    4  return r0

Only what is pure, or a `Compute` of an operation that neither raises nor changes an argument, is removed; a division whose
result nobody reads still divides. Registers keep their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import Block, blocks_of, reachable
from cascade_compiler.analysis.liveness import Live, Liveness, accesses_of
from cascade_compiler.analysis.unbound import MaybeUnbound
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction
from cascade_vm.operations import OPERATIONS

__all__ = ["remove_dead"]


def remove_dead(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, remove_dead_flow)


def remove_dead_flow(flow: Flow) -> Flow:
    """One flow. Where a handler lost an instruction that led to it, it is looked at again."""
    read = _remove_unread(_remove_idle_jumps(_remove_unreachable(flow)))
    made = _remove_idle_jumps(read)
    if flow.handlers and (made is not read or _remove_unreachable(made) is not made):
        return remove_dead_flow(made)
    return made


def _remove_unreachable(flow: Flow) -> Flow:
    blocks = blocks_of(flow)
    reached = reachable(blocks, flow.code)
    if len(reached) == len(blocks):
        return flow
    edit = Edit(flow)
    lost: set[int] = set()
    for index, block in enumerate(blocks):
        if index not in reached:
            lost.add(block.start)
            for pc in range(block.start, block.end):
                edit.remove(pc)
    if any(handler.target in lost for handler in flow.handlers):
        edit.handlers = tuple(handler for handler in flow.handlers if handler.target not in lost)
    return edit.finish()


def _remove_unread(flow: Flow) -> Flow:
    """Checks and writes. What only dead code reads is dead itself, in a circle too."""
    blocks, accesses = blocks_of(flow), accesses_of(flow.code)
    checks = _needless_checks(flow, blocks, MaybeUnbound(flow, blocks, accesses))
    removable = {pc for pc, instruction in enumerate(flow.code) if pc in checks or is_removable(instruction)}
    liveness = Liveness(flow, blocks, accesses, optional=removable)
    edit = Edit(flow)
    for index in range(len(blocks)):
        for pc, live in liveness.walk(index):
            if pc in removable:
                _reduce(edit, pc, flow.code[pc], live, accesses.writes[pc])
    return edit.finish()


def _reduce(edit: Edit, pc: int, instruction: Instruction, live: Live, writes: Sequence[int]) -> None:
    """Leave out an instruction if nothing that it writes is read, or the targets of a move that nobody reads."""
    read = [register for register in writes if register in live]
    if not read:
        edit.remove(pc)
    elif isinstance(instruction, op.Move) and len(read) < len(writes):
        sources = dict(zip(instruction.targets, instruction.sources, strict=True))
        edit.replace(pc, op.Move(tuple(read), tuple(sources[register] for register in read)))


def is_removable(instruction: Instruction) -> bool:
    """Whether nothing is lost with an instruction but what it writes."""
    if isinstance(instruction, op.Compute):
        if _is_certain(instruction):
            return True
        operation = OPERATIONS[instruction.operation]
        return not (operation.raises or operation.effect or any(instruction.forms))
    return instruction.pure


_CONTROL = {"make_jump": ("target_key", "data"), "make_tail_call": ("args", "kwargs", "target")}


def _is_certain(instruction: op.Compute) -> bool:
    """Operations that raise for some arguments, and not for these: constants as keys, jumps that have what they need."""
    arguments, forms = instruction.arguments, instruction.forms
    if instruction.operation == "build_dict":
        return not any(forms) and all(key < 0 for key in arguments[::2])
    names = _CONTROL.get(instruction.operation)
    if names is None or len(arguments) > len(names):
        return False
    given = [form or names[position] for position, form in enumerate(forms or ("",) * len(arguments))]
    return len({*given}) == len(given) and {*given} <= {*names} and (names[0] in given or names[0] == "args")


def _needless_checks(flow: Flow, blocks: list[Block], maybe: MaybeUnbound) -> set[int]:
    checks = {pc for pc, instruction in enumerate(flow.code) if isinstance(instruction, op.Check)}
    if not checks or maybe.none:
        return checks
    needed = set()
    for index in range(len(blocks)):
        for pc, unbound in maybe.walk(index):
            instruction = flow.code[pc]
            if isinstance(instruction, op.Check) and maybe.holds(unbound, instruction.variable):
                needed.add(pc)
    return checks - needed


def _remove_idle_jumps(flow: Flow) -> Flow:
    """Remove jumps to what comes next anyway, the last first: one may stand before another."""
    edit = Edit(flow)
    following = len(flow.code)  # the next instruction that stays
    lands = [0] * (len(flow.code) + 1)  # where control that comes to an instruction finds one that stays
    lands[-1] = following
    for pc in range(len(flow.code) - 1, -1, -1):
        instruction = flow.code[pc]
        if isinstance(instruction, op.Jump) and instruction.target > pc and lands[instruction.target] == following:
            edit.remove(pc)
        else:
            following = pc
        lands[pc] = following
    return edit.finish()
