"""Which registers may be `UNBOUND`, and where: the verifier's question, asked for one register at one instruction.

A forward dataflow over blocks. Only registers that can be unbound anywhere are tracked, which in most flows is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cascade_compiler.analysis.blocks import Block
from cascade_compiler.analysis.liveness import Accesses
from cascade_compiler.analysis.worklist import Worklist
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.opcodes import Instruction

__all__ = ["MaybeUnbound"]


class MaybeUnbound:
    """Answers for one flow. Blocks that control never comes to are taken to be free of unbound registers."""

    def __init__(self, flow: Flow, blocks: Sequence[Block], accesses: Accesses) -> None:
        self._flow = flow
        self._blocks = blocks
        self._writes = accesses.writes
        self._numbers = {register: i for i, register in enumerate(_candidates(flow, accesses))}
        self._relevant = [self._find_relevant(block) for block in blocks]
        self._at_start = [0] * len(blocks)
        if self._numbers:
            self._settle()

    @property
    def none(self) -> bool:
        """True when no register is ever unbound."""
        return not self._numbers

    def _find_relevant(self, block: Block) -> list[int]:
        """The instructions of a block that change whether a tracked register is unbound."""
        if not self._numbers:
            return []
        return [
            pc
            for pc in range(block.start, block.end)
            if self._flow.code[pc].binds or any(register in self._numbers for register in self._writes[pc])
        ]

    def _bits(self, registers: Sequence[int]) -> int:
        bits = 0
        for register in registers:
            number = self._numbers.get(register)
            if number is not None:
                bits |= 1 << number
        return bits

    def _step(self, instruction: Instruction, writes: Sequence[int], unbound: int) -> int:
        """What may be unbound after an instruction that fell through."""
        written = self._bits(writes)
        if instruction.copies:
            copied = [
                target
                for target, source in zip(writes, roles.raw_reads(instruction), strict=True)
                if unbound & self._bits((source,))
            ]
            return (unbound & ~written) | self._bits(copied)
        if instruction.unbinds:
            return unbound | written
        if instruction.binds:
            unbound &= ~self._bits(roles.raw_reads(instruction))
        return unbound & ~written

    def _settle(self) -> None:
        parameters = self._flow.parameters
        self._at_start[0] = self._bits([i for i, parameter in enumerate(parameters) if parameter.computed or self._flow.branch])
        waiting, seen = Worklist([0]), {0}
        while waiting:
            index = waiting.pop()
            for target, unbound in self._leaving(index):
                new = self._at_start[target] | unbound
                if new != self._at_start[target] or target not in seen:
                    seen.add(target)
                    self._at_start[target] = new
                    waiting.add(target)

    def _leaving(self, index: int) -> Iterator[tuple[int, int]]:
        block, code = self._blocks[index], self._flow.code
        unbound = ever = before_last = self._at_start[index]
        for pc in self._relevant[index]:
            before_last = unbound
            unbound = self._step(code[pc], self._writes[pc], unbound)
            ever |= unbound
        for target in block.jumps:
            yield target, unbound | before_last if self._ends_relevant(index) else unbound
        if block.falls is not None:
            yield block.falls, unbound
        for handler, target in zip(block.handlers, block.handler_blocks, strict=True):
            yield target, ever & ~self._bits((handler.error,))

    def _ends_relevant(self, index: int) -> bool:
        relevant = self._relevant[index]
        return bool(relevant) and relevant[-1] == self._blocks[index].end - 1

    def walk(self, index: int) -> Iterator[tuple[int, int]]:
        """The instructions of a block in order, each with the set before it, for `holds`."""
        block, code = self._blocks[index], self._flow.code
        unbound = self._at_start[index]
        relevant = set(self._relevant[index])
        for pc in range(block.start, block.end):
            yield pc, unbound
            if pc in relevant:
                unbound = self._step(code[pc], self._writes[pc], unbound)

    def holds(self, unbound: int, register: int) -> bool:
        """Whether a register is in a set that `walk` gave."""
        number = self._numbers.get(register)
        return number is not None and bool(unbound >> number & 1)


def _candidates(flow: Flow, accesses: Accesses) -> list[int]:
    """The registers that some instruction, or a caller, may make unbound; copies pass it on."""
    found = {i for i, parameter in enumerate(flow.parameters) if parameter.computed or flow.branch}
    for pc, instruction in enumerate(flow.code):
        if instruction.unbinds:
            found.update(accesses.writes[pc])
    if not found:
        return []
    copied_to: dict[int, list[int]] = {}
    for pc, instruction in enumerate(flow.code):
        if instruction.copies and accesses.reads[pc]:
            for target, source in zip(accesses.writes[pc], roles.raw_reads(instruction), strict=True):
                copied_to.setdefault(source, []).append(target)
    waiting = list(found)
    while waiting:
        for target in copied_to.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return sorted(found)
