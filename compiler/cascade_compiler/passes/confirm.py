"""Confirming: a variable that was found to be set is said to be set, once and for all. A part of `settle`.

Before, a flow with a default::         After::

    0  bound r2 r1                          0  bound r2 r1
    1  branch r2 3 2                        1  branch r2 3 2
    2  compute r1 // (r0, #10)              2  compute r1 // (r0, #10)
    3  test > r0 #0 4 7                     3  check r1 step
    4  check r1 step                        4  test > r0 #0 5 8
    5  compute r0 -= (r0, r1)               5  check r1 step
    6  jump 3                               6  compute r0 -= (r0, r1)
    7  return r0                            7  jump 3
                                            8  return r0

The new check can not fail, for all that comes there found the variable set, or set it. From there on nobody has to prove it
again: the other checks are left to `dead`. Where there are none nothing is gained, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import Block, reachable
from cascade_compiler.analysis.unbound import MaybeUnbound
from cascade_compiler.passes.edit import Edit
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Flow

__all__ = ["confirm"]


def confirm(flow: Flow, blocks: Sequence[Block], maybe: MaybeUnbound) -> Flow:
    """One flow, of which this is known."""
    if not any(isinstance(each, op.Bound) for each in flow.code):
        return flow
    reached = sorted(reachable(blocks, flow.code))
    names = _names_checked(flow, maybe, reached)
    if not names:
        return flow
    edit = Edit(flow)
    for index, registers in _found_set(flow, blocks, maybe, reached).items():
        start = blocks[index].start
        new = [register for register in sorted(registers & names.keys()) if register not in _checked_at(flow, start)]
        if new:
            edit.replace(start, *(op.Check(register, names[register]) for register in new), flow.code[start])
    return edit.finish()


def _names_checked(flow: Flow, maybe: MaybeUnbound, reached: Sequence[int]) -> dict[int, str]:
    """The registers that are checked where they may be unbound, with what errors call them."""
    found = {}
    for index in reached:
        for pc, state in maybe.walk(index):
            instruction = flow.code[pc]
            if isinstance(instruction, op.Check) and maybe.holds(state, instruction.variable):
                found[instruction.variable] = instruction.name
    return found


def _checked_at(flow: Flow, pc: int) -> set[int]:
    """The registers that a row of checks at an instruction is about."""
    found = set()
    while isinstance(check := flow.code[pc], op.Check):
        found.add(check.variable)
        pc += 1
    return found


def _found_set(flow: Flow, blocks: Sequence[Block], maybe: MaybeUnbound, reached: Sequence[int]) -> dict[int, set[int]]:
    """Registers that are set where a block begins, on some ways because a test said so, on all others for certain."""
    said: dict[int, set[int]] = {}
    unsaid: list[tuple[int, int, int]] = []
    for index in reached:
        asked = _asked(flow, blocks[index])
        for target, state in maybe.leaving(index):
            if asked is not None and _says_so(flow, blocks, index, target):
                if maybe.holds(state, asked):
                    said.setdefault(target, set()).add(asked)
                unsaid.append((target, state, asked))
            else:
                unsaid.append((target, state, -1))
    for target, state, but in unsaid:
        if target in said:
            said[target] = {register for register in said[target] if register == but or not maybe.holds(state, register)}
    return said


def _says_so(flow: Flow, blocks: Sequence[Block], index: int, target: int) -> bool:
    """Whether a block leads to another only where the answer to what it asks at its end is yes."""
    branch = flow.code[blocks[index].end - 1]
    return (
        isinstance(branch, op.Branch)
        and branch.then != branch.otherwise
        and branch.then == blocks[target].start
        and target not in blocks[index].handler_blocks
    )


def _asked(flow: Flow, block: Block) -> int | None:
    """The register that a block asks about at its end, to branch on the answer."""
    if block.end - block.start < 2:
        return None
    asked, branch = flow.code[block.end - 2 : block.end]
    if isinstance(asked, op.Bound) and isinstance(branch, op.Branch) and branch.condition == asked.dst != asked.variable:
        return asked.variable
    return None
