"""Splitting: a temporary that is used for several things within blocks becomes several temporaries. A part of `allocate`.

Before::                        After::

    0  compute r1 + r0 r0           0  compute r1 + r0 r0
    1  copy r2 r1                   1  copy r2 r1
    2  compute r1 * r0 r0           2  compute r3 * r0 r0
    3  return r1                    3  return r3

Variables of the program and registers that live across blocks stay as they are. Code that comes from lowering has nothing to
split; code that was allocated before has, and splits into what it was made from.
"""

from __future__ import annotations

from collections.abc import Collection

from cascade_compiler.analysis.liveness import Liveness
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.opcodes import Instruction
from msgspec.structs import replace

__all__ = ["split_temporaries"]


def split_temporaries(flow: Flow, liveness: Liveness) -> Flow:
    """The flow with every untracked register written for one purpose only."""
    accesses, numbers = liveness.accesses, liveness.numbers
    seen: set[int] = set()
    names: dict[int, int] = {}
    code: dict[int, Instruction] = {}
    registers = flow.registers
    for block in liveness.blocks:
        names.clear()
        for pc in range(block.start, block.end):
            reads, writes = accesses.reads[pc], accesses.writes[pc]
            before = dict(names) if _any(reads, names) else {}
            for register in writes:
                if register in numbers:
                    continue
                names.pop(register, None)
                if register in seen:
                    names[register] = registers
                    registers += 1
                seen.add(register)
            if before or _any(writes, names):
                code[pc] = _renamed(flow.code[pc], before, names)
    if not code:
        return flow
    return replace(
        flow,
        code=tuple([code.get(pc, instruction) for pc, instruction in enumerate(flow.code)]),
        registers=registers,
        variables=(*flow.variables, *[None] * (registers - len(flow.variables))),
    )


def _any(registers: Collection[int], names: dict[int, int]) -> bool:
    return any(register in names for register in registers)


def _renamed(instruction: Instruction, reads: dict[int, int], writes: dict[int, int]) -> Instruction:
    return roles.rename(instruction, lambda register: reads.get(register, register), lambda r: writes.get(r, r))
