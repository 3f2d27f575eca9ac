"""Inlining: a small flow is copied to where it is called.

Before, ``double(x)`` being ``0 compute r1 + r0 r0; 1 return r1``::

    4  call_flow r2 double (r1)

After, r7 and r8 being new::

    4  move (r7) (r1)
    5  compute r8 + r7 r7           from double, called from here
    6  copy r2 r8
    7  jump 8

A tail call is inlined as well; the callee's returns and tail calls then stay what they are. Inlined into a call, the
callee's tail call becomes a call from the same place, because a tail call leaves no trail; each instruction names the
call that it was inlined into, so trails stay the same. Callees come first, so what is inlined has its own calls inlined.

Not inlined: flows that can come back to themselves, flows with handlers or a `Reraise` (an error that is caught or raised
again inside a callee has another trail than one that leaves it), branches, calls under policies, and more than `MOST_ADDED`
instructions into one flow. A call spends a turn, an inlined one does not; loops keep their backward jumps. A program that
nests calls to the limit of depth can nest deeper.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from cascade_compiler.analysis.callgraph import callees, callees_first
from cascade_compiler.passes.graft import Grafting, Site
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction
from msgspec.structs import replace

__all__ = ["HEAVIEST", "MOST_ADDED", "inline"]

HEAVIEST = 12
"""Instructions of an inlined flow, those aside that cost next to nothing or go away."""
LONGEST = 60
"""Instructions of an inlined flow, all of them."""
MOST_ADDED = 2000
"""Instructions that one flow grows by."""

_LIGHT = (op.Copy, op.Move, op.Clear, op.Check, op.Jump, op.Return)


def inline(blueprint: Blueprint) -> Blueprint:
    """Every flow with the small ones that it calls."""
    flows = list(blueprint.flows)
    small: set[int] = set()
    for group in callees_first(blueprint):
        for index in group:
            flows[index] = inline_into(flows, index, small)
        if len(group) == 1 and group[0] not in callees(flows[group[0]]) and is_small(flows[group[0]]):
            small.add(group[0])
    if all(new is old for new, old in zip(flows, blueprint.flows, strict=True)):
        return blueprint
    return replace(blueprint, flows=tuple(flows))


def is_small(flow: Flow) -> bool:
    """Whether a flow that does not come back to itself is worth copying."""
    if flow.branch or flow.handlers or len(flow.code) > LONGEST:
        return False
    if any(isinstance(instruction, op.Reraise) for instruction in flow.code):
        return False
    return sum(not isinstance(instruction, _LIGHT) for instruction in flow.code) <= HEAVIEST


def inline_into(flows: Sequence[Flow], index: int, small: Container[int]) -> Flow:
    """One flow with its calls of small flows inlined, as long as it does not grow too much."""
    flow = flows[index]
    sites: dict[int, Site] = {}
    added = 0
    for pc, instruction in enumerate(flow.code):
        called = called_plainly(flow, instruction)
        if called is None or called not in small:
            continue
        added += len(flows[called].code)
        if added > MOST_ADDED:
            break
        sites[pc] = Site(pc, flows[called], instruction)
    return Grafting(flow, sites).finish() if sites else flow


def called_plainly(flow: Flow, instruction: Instruction) -> int | None:
    """The flow that an instruction calls or becomes without policies; None for other instructions."""
    if isinstance(instruction, op.TailCall):
        return instruction.flow
    if isinstance(instruction, op.CallFlow) and instruction.policies < 0:
        return instruction.flow if flow.constants[-1 - instruction.policies].value is None else None
    return None
