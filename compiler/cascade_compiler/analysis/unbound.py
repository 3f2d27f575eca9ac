"""Which registers may be `UNBOUND`, and where: the verifier's question, asked for one register at one instruction. And which
are so for certain.

A forward dataflow over blocks. Only registers that can be unbound anywhere are tracked, which in most flows is none. Each has
two bits: one says that it may be unbound, one that it may hold a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cascade_compiler.analysis.blocks import Block
from cascade_compiler.analysis.liveness import Accesses
from cascade_compiler.analysis.worklist import Worklist
from cascade_vm import opcodes as op
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
        """That registers may be unbound; moved by the number of registers tracked, that they may hold a value."""
        bits = 0
        for register in registers:
            number = self._numbers.get(register)
            if number is not None:
                bits |= 1 << number
        return bits

    def step(self, instruction: Instruction, writes: Sequence[int], state: int) -> int:
        """What may be after an instruction that fell through."""
        held = len(self._numbers)
        written = self._bits(writes)
        kept = state & ~(written | written << held)
        if instruction.copies:
            return kept | self._copied(instruction, writes, state)
        if instruction.unbinds:
            return kept | written | (0 if isinstance(instruction, op.Clear) else written << held)
        if instruction.binds:
            kept &= ~self._bits(roles.raw_reads(instruction))
        return kept | written << held

    def _copied(self, instruction: Instruction, writes: Sequence[int], state: int) -> int:
        held, found = len(self._numbers), 0
        for target, source in zip(writes, roles.raw_reads(instruction), strict=True):
            to, of = self._numbers.get(target), self._numbers.get(source)
            if to is not None:
                found |= 1 << held + to if of is None else (state >> of & 1) << to | (state >> held + of & 1) << held + to
        return found

    def _settle(self) -> None:
        parameters = self._flow.parameters
        left_out = self._bits([i for i, parameter in enumerate(parameters) if parameter.computed or self._flow.branch])
        self._at_start[0] = left_out | self._bits(range(len(parameters))) << len(self._numbers)
        waiting, seen = Worklist([0]), {0}
        while waiting:
            index = waiting.pop()
            for target, state in self.leaving(index):
                new = self._at_start[target] | state
                if new != self._at_start[target] or target not in seen:
                    seen.add(target)
                    self._at_start[target] = new
                    waiting.add(target)

    def leaving(self, index: int) -> Iterator[tuple[int, int]]:
        """The blocks that control may come to from a block, each with what may be on the way: labels, then what is fallen
        into, then handlers."""
        block, code = self._blocks[index], self._flow.code
        state = ever = before_last = self._at_start[index]
        for pc in self._relevant[index]:
            before_last = state
            state = self.step(code[pc], self._writes[pc], state)
            ever |= state
        for target in block.jumps:
            yield target, state | before_last if self._ends_relevant(index) else state
        if block.falls is not None:
            yield block.falls, state
        for handler, target in zip(block.handlers, block.handler_blocks, strict=True):
            error = self._bits((handler.error,))
            yield target, ever & ~error | error << len(self._numbers)

    def _ends_relevant(self, index: int) -> bool:
        relevant = self._relevant[index]
        return bool(relevant) and relevant[-1] == self._blocks[index].end - 1

    def walk(self, index: int) -> Iterator[tuple[int, int]]:
        """The instructions of a block in order, each with what may be before it, for `holds` and `is_unbound`."""
        block, code = self._blocks[index], self._flow.code
        state = self._at_start[index]
        relevant = set(self._relevant[index])
        for pc in range(block.start, block.end):
            yield pc, state
            if pc in relevant:
                state = self.step(code[pc], self._writes[pc], state)

    def holds(self, state: int, register: int) -> bool:
        """Whether a register may be unbound."""
        number = self._numbers.get(register)
        return number is not None and bool(state >> number & 1)

    def is_unbound(self, state: int, register: int) -> bool:
        """Whether a register is unbound for certain."""
        number = self._numbers.get(register)
        return number is not None and self.holds(state, register) and not state >> len(self._numbers) + number & 1


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
