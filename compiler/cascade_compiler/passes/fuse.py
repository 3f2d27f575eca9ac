"""Fusing: a comparison and the branch on its result are one instruction, and a branch on a negation goes the other way.

Before::                        After::

    0  compute r1 < r0 9            0  test < r0 9 1 2
    1  branch r1 2 3

    0  compute r1 not r0            0  branch r0 2 1
    1  branch r1 1 2

Only when nothing else reads the result and both instructions are protected by the same handlers. A comparison may give an
object whose truth raises: where the two come from different places, they are fused only if the comparison gives a bool for
certain, so that the trail of an error stays the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import Block, blocks_of
from cascade_compiler.analysis.liveness import Liveness, accesses_of
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction
from cascade_vm.operations import COMPARISONS

__all__ = ["fuse"]

_GIVES_BOOL = frozenset(("in", "not in", "is", "is not"))


def fuse(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, fuse_flow)


def fuse_flow(flow: Flow) -> Flow:
    """One flow."""
    if not any(isinstance(instruction, op.Branch) for instruction in flow.code):
        return flow
    blocks = blocks_of(flow)
    liveness = Liveness(flow, blocks, accesses_of(flow.code))
    edit = Edit(flow)
    for block in blocks:
        _fuse_end(flow, edit, block, liveness)
    return edit.finish()


def _fuse_end(flow: Flow, edit: Edit, block: Block, liveness: Liveness) -> None:
    """Fuse the branch at the end of a block with what is before it, again and again."""
    pc = block.end - 1
    branch, place = flow.code[pc], flow.places[pc]
    after = 0
    for target in block.jumps:
        after |= liveness.at_start[target]
    while isinstance(branch, op.Branch) and pc > block.start:
        number = liveness.numbers.get(branch.condition)
        if number is not None and after >> number & 1:
            return
        better = fused(flow.code[pc - 1], branch, flow.places[pc - 1] == place)
        if better is None:
            return
        branch, place = better, flow.places[pc - 1]
        edit.remove(pc)
        edit.replace(pc - 1, branch)
        pc -= 1


def fused(before: Instruction, branch: op.Branch, same_place: bool) -> Instruction | None:
    """One instruction for a computation and the branch on what it gives; None where there is none."""
    if not isinstance(before, op.Compute) or before.dst != branch.condition or any(before.forms):
        return None
    return _negated(before.arguments, branch) if before.operation == "not" else _compared(before, branch, same_place)


def _negated(arguments: Sequence[int], branch: op.Branch) -> Instruction:
    (condition,) = arguments
    return op.Branch(condition, branch.otherwise, branch.then)


def _compared(before: op.Compute, branch: op.Branch, same_place: bool) -> Instruction | None:
    if before.operation not in COMPARISONS or not (same_place or before.operation in _GIVES_BOOL):
        return None
    left, right = before.arguments
    return op.Test(before.operation, left, right, branch.then, branch.otherwise)
