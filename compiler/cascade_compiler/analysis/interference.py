"""Which registers may not become one: each is written while the other's content is still wanted.

Registers that live across blocks, and those told to be *tracked*, have a bit each. The others live within one block (each
once: `cascade_compiler.passes.split`), as an interval of *moments*: the instruction at ``pc`` reads at moment 2·pc and writes
at 2·pc + 1. A copy does not make its two sides interfere.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

from cascade_compiler.analysis.liveness import Accesses, Live, Liveness
from cascade_vm import roles
from cascade_vm.blueprint import Flow

__all__ = ["Group", "find_groups"]

Interval = tuple[int, int]


class Group:
    """Registers that are to become one: at first each is alone.

    ``fixed`` is the one of them that is a variable of the program, or None.
    """

    __slots__ = ("bits", "first", "fixed", "intervals", "rivals")

    def __init__(self) -> None:
        self.bits = 0
        """The tracked registers in the group."""
        self.rivals = 0
        """Tracked registers that one of the group interferes with."""
        self.intervals: dict[int, list[Interval]] = {}
        """By block, in order: when one of the untracked registers of the group lives."""
        self.fixed: int | None = None
        self.first = (-1, 0)
        """Where the code mentions the group first: the instruction, and which of its operands."""

    def conflicts(self, other: Group) -> bool:
        """Whether a register of this group interferes with one of the other."""
        if self.bits & other.rivals or self.rivals & other.bits:
            return True
        small, large = self.intervals, other.intervals
        if len(small) > len(large):
            small, large = large, small
        return any(_overlap(intervals, large[block]) for block, intervals in small.items() if block in large)

    def absorb(self, other: Group) -> None:
        """Take in the registers of a group that does not conflict."""
        self.first = min(self.first, other.first)
        self.bits |= other.bits
        self.rivals |= other.rivals
        if self.fixed is None:
            self.fixed = other.fixed
        for block, intervals in other.intervals.items():
            mine = self.intervals.setdefault(block, [])
            for interval in intervals:
                insort(mine, interval)


def _overlap(some: list[Interval], others: list[Interval]) -> bool:
    if len(some) > len(others):
        some, others = others, some
    for start, end in some:
        index = bisect_left(others, (start, start))
        if index < len(others) and others[index][0] <= end:
            return True
        if index and others[index - 1][1] >= start:
            return True
    return False


def find_groups(flow: Flow, liveness: Liveness) -> tuple[dict[int, Group], bool]:
    """A group for each register that the code mentions, by register; and whether some copy copies for nobody."""
    finder = _Finder(flow, liveness)
    for index in reversed(range(len(liveness.blocks))):
        finder.walk(index)
    finder.add_errors()
    return finder.groups, finder.idle_copies


class _Finder:
    def __init__(self, flow: Flow, liveness: Liveness) -> None:
        self._flow = flow
        self._liveness = liveness
        self._numbers = liveness.numbers
        self._accesses: Accesses = liveness.accesses
        self.groups: dict[int, Group] = {}
        self.idle_copies = False

    def _group(self, register: int) -> Group:
        group = self.groups.get(register)
        if group is None:
            group = self.groups[register] = Group()
            number = self._numbers.get(register)
            group.bits = 0 if number is None else 1 << number
        return group

    def walk(self, index: int) -> None:
        """From the end of a block to its start, with what is live: untracked registers with the moment of their last use."""
        liveness, numbers = self._liveness, self._numbers
        block, live = liveness.blocks[index], liveness.at_end(index)
        here: dict[int, int] = {}
        for pc in range(block.end - 1, block.start - 1, -1):
            writes = self._accesses.writes[pc]
            if writes:
                self._write(index, pc, writes, live, here)
            liveness.cross(index, pc, live)
            for operand, register in enumerate(self._accesses.reads[pc]):
                self._group(register).first = (pc, operand)
                if register not in numbers:
                    here.setdefault(register, 2 * pc)

    def _write(self, index: int, pc: int, writes: Sequence[int], live: Live, here: dict[int, int]) -> None:
        instruction, numbers = self._flow.code[pc], self._numbers
        sources: Sequence[int] = roles.raw_reads(instruction) if instruction.copies else (-1,) * len(writes)
        together = sum(1 << numbers[register] for register in writes if register in numbers)
        for operand, (register, source) in enumerate(zip(writes, sources, strict=True)):
            if instruction.copies and register not in live:
                self.idle_copies = True
            group = self._group(register)
            group.first = (pc, operand + len(self._accesses.reads[pc]))
            copied = 1 << numbers[source] if source in numbers else 0
            group.rivals |= ((live.bits & ~copied) | together) & ~group.bits
            if register not in numbers:
                end = here.pop(register, 2 * pc + 1)
                group.intervals.setdefault(index, []).append((2 * pc + 1, end))
        for register, source in zip(writes, sources, strict=True):
            if register in numbers:
                for other in here:
                    if other != source:
                        self._group(other).rivals |= 1 << numbers[register]

    def add_errors(self) -> None:
        """The error register of a handler is written where the handler starts."""
        liveness = self._liveness
        for block in liveness.blocks:
            for handler, target in zip(block.handlers, block.handler_blocks, strict=True):
                group = self._group(handler.error)
                group.rivals |= liveness.at_start[target] & ~group.bits
                if group.first[0] < 0:
                    group.first = (handler.target, -1)
