"""Which registers of a frame may still be read, wherever it stands: what the others hold need not be kept when it is saved.

Backward data flow over instructions, one bit a register, to a fixed point. What an instruction writes counts as written where
it falls through only; what a handler reads is live in all of its range. This file is about flows that are saved; the generator
has its own, over nodes of structured code (`cascade_vm.generated.liveness`).
"""

from __future__ import annotations

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Flow
from cascade_vm.linker import LinkedFlow
from cascade_vm.roles import labels, registers_read, successors, writes

__all__ = ["live_at"]


def live_at(linked: LinkedFlow, pc: int, edge: int) -> int:
    """The registers that may be read from a position (`LinkedFlow.position_of`) on, whether its instruction is to be run, or
    was, and is waited for."""
    if linked.live is None:
        linked.live = _live_before(linked.flow)
    live = linked.live
    found = live[pc] | live[edge] if edge >= 0 else live[pc]
    for target in successors(linked.flow.code[pc], pc):
        found |= live[target]
    return found


def _falls_through(instruction: op.Instruction, pc: int, target: int) -> bool:
    return target == pc + 1 and target not in labels(instruction)


def _live_before(flow: Flow) -> list[int]:
    """What is live before each instruction."""
    code = flow.code
    live = [0] * len(code)
    into: list[list[int]] = [[] for _ in code]
    thrown: list[list[tuple[int, int]]] = [[] for _ in code]
    for pc, instruction in enumerate(code):
        for target in successors(instruction, pc):
            into[target].append(pc)
    for handler in flow.handlers:
        for pc in range(handler.start, handler.end):
            thrown[pc].append((handler.target, ~(1 << handler.error)))
            into[handler.target].append(pc)
    reads = [sum({1 << register for register in registers_read(instruction)}) for instruction in code]
    kept = [~sum({1 << register for register in writes(instruction)}) for instruction in code]
    waiting = list(range(len(code)))
    while waiting:
        pc = waiting.pop()
        after = 0
        for target in successors(code[pc], pc):
            after |= live[target] & kept[pc] if _falls_through(code[pc], pc, target) else live[target]
        for target, error in thrown[pc]:
            after |= live[target] & error
        found = after | reads[pc]
        if found != live[pc]:
            live[pc] = found
            waiting += into[pc]
    return live
