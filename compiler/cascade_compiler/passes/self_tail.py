"""Self tail call: a flow that becomes itself goes back to its start.

Before, flow 3 with the parameters r0 and r1::

    7  tail_call 3 (r1 r0)

After::

    7  move (r0 r1) (r1 r0)
    8  jump 0

All arguments are read before any parameter is written. The start is instruction 0, where the variables of the flow are made
unbound again; a default that the flow computes is asked for, as in a call, by an unbound argument. Tail calls between two
flows stay calls.
"""

from __future__ import annotations

from cascade_compiler.passes.edit import Edit
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction
from msgspec.structs import replace

__all__ = ["loop_self_tail_calls"]


def loop_self_tail_calls(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    flows = tuple([loop_in_flow(index, flow) for index, flow in enumerate(blueprint.flows)])
    if all(new is old for new, old in zip(flows, blueprint.flows, strict=True)):
        return blueprint
    return replace(blueprint, flows=flows)


def loop_in_flow(index: int, flow: Flow) -> Flow:
    """One flow, whose index in the program is ``index``."""
    edit = Edit(flow)
    for pc, instruction in enumerate(flow.code):
        if isinstance(instruction, op.TailCall) and instruction.flow == index:
            edit.replace(pc, *set_parameters(instruction.arguments), op.Jump(0))
    return edit.finish()


def set_parameters(arguments: tuple[int, ...]) -> list[Instruction]:
    """The parallel copy of arguments into parameters."""
    pairs = [(target, source) for target, source in enumerate(arguments) if target != source]
    if not pairs:
        return []
    return [op.Move(tuple(target for target, _ in pairs), tuple(source for _, source in pairs))]
