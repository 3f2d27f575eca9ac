"""Jump threading: a jump to a jump goes where that one goes; a jump to a return returns.

Before::                        After::

    0  branch r0 1 2                0  branch r0 3 2
    1  jump 3                       1  return r1
    2  jump 2                       2  jump 2
    3  return r1                    3  return r1

The jumps that nothing goes through any more are left to `dead`. Targets of handlers stay, and so does a jump that goes
round for ever. A cycle still has a backward jump, as every cycle has; how many turns a program spends may change.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import JUMPING
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction
from cascade_vm.roles import relabel

__all__ = ["thread"]


def thread(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, thread_flow)


def thread_flow(flow: Flow) -> Flow:
    """One flow."""
    edit = Edit(flow)
    for pc, instruction in enumerate(flow.code):
        if type(instruction) not in JUMPING:
            continue
        straight = relabel(instruction, lambda label: final_target(flow.code, label))
        if isinstance(straight, op.Jump) and isinstance(flow.code[straight.target], op.Return):
            edit.replace_from(pc, flow.places[straight.target], flow.code[straight.target])
        elif straight is not instruction:
            edit.replace(pc, straight)
    return edit.finish()


def final_target(code: Sequence[Instruction], label: int) -> int:
    """Where control that comes to ``label`` does something for the first time; ``label`` itself when it never does."""
    passed = [label]
    instruction = code[label]
    while isinstance(instruction, op.Jump):
        if instruction.target in passed:
            return label
        passed.append(instruction.target)
        instruction = code[passed[-1]]
    return passed[-1]
