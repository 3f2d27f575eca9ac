"""What all generated code of a program has in common, and which of its flows wait.

It is found out of the Blueprint alone, and of how the tasks are called; nothing here makes code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow

if TYPE_CHECKING:
    from cascade_vm.host import Directs
    from cascade_vm.linker import Image

__all__ = ["DIRECT", "DIRECT_WAITS", "HOST", "HOST_WAITS", "Program", "program_of"]

DIRECT, DIRECT_WAITS, HOST, HOST_WAITS = "direct", "direct waits", "host", "host waits"
"""How a task is called: as the function that it is, or by the host; and whether that has to be awaited."""

MOST_KEYWORDS = 3


class Program(msgspec.Struct, frozen=True):
    """What all generated code of a program shares. ``careful``: turns are counted one by one, and calls are told."""

    image: Image
    calls: tuple[str, ...]
    waiting: frozenset[int]
    careful: bool
    jumps: bool
    """Tasks of it answer with jumps."""
    again: tuple[str, ...]
    """The keywords that the tail calls of its tasks usually have."""
    bases: tuple[int, ...]
    """The number before that of each flow's first instruction."""

    def number(self, flow: int, pc: int) -> int:
        return self.bases[flow] + pc + 1


def program_of(image: Image, directs: Directs | None) -> Program:
    """The program, for one way of calling its tasks; careful where there is none."""
    careful = directs is None
    ways = tuple([HOST if directs is None else directs.way(task.name) for task in image.blueprint.tasks])
    bases, count = [], 0
    for flow in image.blueprint.flows:
        bases.append(count)
        count += len(flow.code)
    answers = _usual_answers(image.blueprint)
    return Program(image, ways, _waiting(image.blueprint, ways, careful), careful, *answers, tuple(bases))


def _usual_answers(blueprint: Blueprint) -> tuple[bool, tuple[str, ...]]:
    """Whether tasks of a program answer with jumps, and the keywords that their tail calls usually have."""
    jumps, again = False, ()
    for flow in blueprint.flows:
        for i in flow.code:
            if not isinstance(i, op.Compute):
                continue
            jumps = jumps or i.operation == "jump_case"
            if i.operation == "tail_call_case" and len(i.arguments) == 2 and i.arguments[1] < 0:
                fit: Any = flow.constants[-1 - i.arguments[1]].value
                again = fit[3] if type(fit) is tuple and len(fit) == 5 and len(fit[3]) <= MOST_KEYWORDS else ()
    return jumps, again


def _waiting(blueprint: Blueprint, ways: tuple[str, ...], careful: bool) -> frozenset[int]:
    """The flows whose code awaits. Where turns are counted, none does: it would hold turns that others could spend."""
    if careful:
        return frozenset()
    flows = blueprint.flows
    waiting = {number for number, flow in enumerate(flows) if any(_awaits(flow, i, ways) for i in flow.code)}
    changed = True
    while changed:
        changed = False
        for number, flow in enumerate(flows):
            if number not in waiting and any(_goes_to(i) in waiting for i in flow.code):
                waiting.add(number)
                changed = True
    return frozenset(waiting)


def _awaits(flow: Flow, i: op.Instruction, ways: tuple[str, ...]) -> bool:
    match i:
        case op.Call():
            return ways[i.task] in (DIRECT_WAITS, HOST_WAITS) or _has_policies(flow, i.policies)
        case op.CallFlow():
            return _has_policies(flow, i.policies)
        case op.Request():
            return i.service in ("sleep", "wait")
        case op.Fork() | op.Map():
            return True
        case _:
            return False


def _has_policies(flow: Flow, operand: int) -> bool:
    return operand >= 0 or flow.constants[-1 - operand].value is not None


def _goes_to(i: op.Instruction) -> int:
    return i.flow if isinstance(i, op.CallFlow | op.TailCall) else -1
