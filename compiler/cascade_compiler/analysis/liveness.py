"""Liveness: which registers may still be read.

A backward dataflow over blocks. Only registers that some block reads before it writes them are tracked between blocks, one
bit each; the others are of no concern outside their block. What an instruction writes is written when it falls through
(`cascade_vm.roles`), so on the way to a label or a handler the old content still counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from cascade_compiler.analysis.blocks import JUMPING, LEAVING, Block
from cascade_compiler.analysis.worklist import Worklist
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.opcodes import Instruction

__all__ = ["Accesses", "Live", "Liveness", "accesses_of", "read_across"]


class Accesses(NamedTuple):
    """The registers that each instruction reads and writes."""

    reads: Sequence[tuple[int, ...]]
    writes: Sequence[tuple[int, ...]]


def accesses_of(code: Sequence[Instruction]) -> Accesses:
    """Looked up once, because several analyses ask."""
    return Accesses([roles.registers_read(i) for i in code], [roles.writes(i) for i in code])


def read_across(blocks: Sequence[Block], accesses: Accesses) -> dict[int, None]:
    """The registers that some block reads before it writes them, in the order in which that is seen."""
    found: dict[int, None] = {}
    reads, writes = accesses
    for block in blocks:
        written: set[int] = set()
        for pc in range(block.start, block.end):
            for register in reads[pc]:
                if register not in written and register not in found:
                    found[register] = None
            written.update(writes[pc])
    return found


class Live:
    """The registers that are live at one point of a walk: tracked ones as bits, those of the block as a set."""

    __slots__ = ("bits", "here", "numbers")

    def __init__(self, numbers: dict[int, int], bits: int) -> None:
        self.numbers = numbers
        self.bits = bits
        self.here: set[int] = set()

    def __contains__(self, register: int) -> bool:
        number = self.numbers.get(register)
        return register in self.here if number is None else bool(self.bits >> number & 1)

    def add(self, register: int) -> None:
        """The register is read."""
        number = self.numbers.get(register)
        if number is None:
            self.here.add(register)
        else:
            self.bits |= 1 << number

    def discard(self, register: int) -> None:
        """The register is written."""
        number = self.numbers.get(register)
        if number is None:
            self.here.discard(register)
        else:
            self.bits &= ~(1 << number)


class _Summary(NamedTuple):
    """What a block does to liveness: reads first, writes on the way to its end, and on the way to its first error."""

    reads: int
    writes: int
    writes_before_error: int | None
    last_writes: int
    """Bits written by a last instruction that has labels: only when it falls through."""


class Liveness:
    """The live registers of a flow, block by block."""

    def __init__(
        self,
        flow: Flow,
        blocks: Sequence[Block],
        accesses: Accesses,
        tracked: Iterable[int] = (),
        optional: Collection[int] = (),
    ) -> None:
        """``tracked`` registers are to have a bit even if they are live in one block only. ``optional`` instructions (by
        their places) read only what they need for writes that are live: two copies of each other are not live."""
        self.flow = flow
        self.blocks = blocks
        self.accesses = accesses
        self.optional = optional
        self.numbers: dict[int, int] = {register: number for number, register in enumerate(tracked)}
        """The bit of each tracked register."""
        for register in read_across(blocks, accesses):
            self.numbers.setdefault(register, len(self.numbers))
        self._summaries = [self._sum_up(block) for block in self.blocks]
        self._walked = {i for i, block in enumerate(blocks) if any(pc in optional for pc in range(block.start, block.end))}
        self.at_start = [0] * len(self.blocks)
        self._settle()

    def _sum_up(self, block: Block) -> _Summary:
        reads = writes = last_writes = 0
        before_error = 0 if block.handlers and block.from_below else None
        numbers, code = self.numbers, self.flow.code
        for pc in range(block.start, block.end):
            for register in self.accesses.reads[pc]:
                number = numbers.get(register)
                if number is not None:
                    reads |= (1 << number) & ~writes
            if block.handlers and before_error is None and type(code[pc]) in LEAVING:
                before_error = writes
            for register in self.accesses.writes[pc]:
                number = numbers.get(register)
                if number is None:
                    continue
                if type(code[pc]) in JUMPING:
                    last_writes |= 1 << number
                else:
                    writes |= 1 << number
        return _Summary(reads, writes, before_error, last_writes)

    def _settle(self) -> None:
        before: list[list[int]] = [[] for _ in self.blocks]
        for index, block in enumerate(self.blocks):
            for successor in block.successors:
                before[successor].append(index)
        waiting = Worklist(range(len(self.blocks)), highest_first=True)
        while waiting:
            index = waiting.pop()
            new = self._before(index)
            if new != self.at_start[index]:
                self.at_start[index] = new
                for earlier in before[index]:
                    waiting.add(earlier)

    def _before(self, index: int) -> int:
        if index in self._walked:
            return self._before_walked(index)
        summary = self._summaries[index]
        live = summary.reads | (self._after(index) & ~summary.writes)
        if summary.writes_before_error is not None:
            live |= self.at_handlers(index) & ~summary.writes_before_error
        return live

    def _before_walked(self, index: int) -> int:
        block, live = self.blocks[index], self.at_end(index)
        for pc in range(block.end - 1, block.start - 1, -1):
            self.cross(index, pc, live)
        return live.bits | (self.at_handlers(index) if block.handlers and block.from_below else 0)

    def _after(self, index: int) -> int:
        """Live where the last instruction has done all but write what it writes when falling through."""
        block = self.blocks[index]
        live = 0
        if block.falls is not None:
            live = self.at_start[block.falls] & ~self._summaries[index].last_writes
        for target in block.jumps:
            live |= self.at_start[target]
        return live

    def at_handlers(self, index: int) -> int:
        """What the handlers of a block need of it: all that they read but the error."""
        block = self.blocks[index]
        live = 0
        for handler, target in zip(block.handlers, block.handler_blocks, strict=True):
            wanted = self.at_start[target]
            number = self.numbers.get(handler.error)
            live |= wanted if number is None else wanted & ~(1 << number)
        return live

    def at_end(self, index: int) -> Live:
        """What is live once the last instruction of a block has fallen through; nothing when it can not."""
        falls = self.blocks[index].falls
        return Live(self.numbers, 0 if falls is None else self.at_start[falls])

    def cross(self, index: int, pc: int, live: Live) -> None:
        """Go from after an instruction of a block to before it. An optional one that nobody needs may as well not be there."""
        if pc in self.optional and not any(register in live for register in self.accesses.writes[pc]):
            return
        block = self.blocks[index]
        wanted = self._wanted(pc, live) if pc in self.optional else self.accesses.reads[pc]
        for register in self.accesses.writes[pc]:
            live.discard(register)
        if pc == block.end - 1:
            for target in block.jumps:
                live.bits |= self.at_start[target]
        if block.handlers and type(self.flow.code[pc]) in LEAVING:
            live.bits |= self.at_handlers(index)
        for register in wanted:
            live.add(register)

    def _wanted(self, pc: int, live: Live) -> Sequence[int]:
        """What an optional instruction reads for those of its writes that are live."""
        instruction = self.flow.code[pc]
        if not instruction.copies:
            return self.accesses.reads[pc]
        pairs = zip(self.accesses.writes[pc], roles.raw_reads(instruction), strict=True)
        return [source for target, source in pairs if source >= 0 and target in live]

    def walk(self, index: int) -> Iterator[tuple[int, Live]]:
        """The instructions of a block from last to first, each with what is live once it has fallen through.

        The very same `Live` every time.
        """
        live = self.at_end(index)
        for pc in range(self.blocks[index].end - 1, self.blocks[index].start - 1, -1):
            yield pc, live
            self.cross(index, pc, live)
