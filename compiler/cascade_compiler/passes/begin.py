"""Beginning: a loop over an iterator that a branch has just made begins in that branch.

Before::                            After::

    0  branch r0 1 3                    0  branch r0 1 4
    1  compute r1 enumerate (r2)        1  compute r1 enumerate (r2)
    2  jump 4                           2  iterate r3 r1
    3  method r1 r2 items ()            3  jump 6
    4  iterate r3 r1                    4  method r1 r2 items ()
    5  next r4 r3 9                     5  iterate r3 r1
                                        6  next r4 r3 10

So who makes code of it sees that nobody but the loop reads the iterator (`cascade_vm.generated.passing`), which may be one of
Python's then: a loop over it takes a third of the time. Loops over other values would gain nothing. The handlers have to be the
same in both places.
"""

from __future__ import annotations

from cascade_compiler.passes.edit import Edit, each_flow
from cascade_compiler.passes.rotate import protections
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow

__all__ = ["begin"]

_MAKING = frozenset(("enumerate", "filter", "iter", "map", "reversed", "zip"))


def begin(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, begin_in_flow)


def begin_in_flow(flow: Flow) -> Flow:
    """One flow."""
    edit = Edit(flow)
    protection = protections(flow)
    for pc, instruction in enumerate(flow.code):
        if not isinstance(instruction, op.Jump) or instruction.target < pc:
            continue
        target, begun = instruction.target, flow.code[instruction.target]
        if isinstance(begun, op.Iterate) and protection[pc] == protection[target] and _is_made_before(flow, pc, begun.source):
            edit.replace_with(pc, [(begun, flow.places[target]), (op.Jump(target + 1), flow.places[pc])])
    return edit.finish()


def _is_made_before(flow: Flow, pc: int, register: int) -> bool:
    """Whether the instruction before one makes an iterator, in a register or with a copy into it."""
    made = flow.code[pc - 1]
    if isinstance(made, op.Copy) and made.dst == register and pc > 1:
        register, made = made.source, flow.code[pc - 2]
    return isinstance(made, op.Compute) and made.dst == register and made.operation in _MAKING
