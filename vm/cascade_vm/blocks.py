"""What the verifier knows of one basic block: how it changes which registers are written, and which may be unbound.

A block is summed up once, symbolically; the walk over all paths (`dataflow`) then handles whole blocks. Within a block the
content of a register is *bound*, *unbound* (it may be), or *what register s held when the block began* (copies pass it on).

Knows opcodes by their roles and flags only, and nothing of other blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from cascade_vm import roles
from cascade_vm.opcodes import Instruction

__all__ = ["BOUND", "UNBOUND", "Block", "Content", "Effect", "Need", "NeededBound", "sum_up"]

Content: TypeAlias = int
"""`BOUND`, `UNBOUND`, or a register: what that one held when the block began."""
BOUND = -1
UNBOUND = -2


NeededBound: TypeAlias = Callable[[Instruction], tuple[int, ...]]
"""The operands that an instruction needs bound: its plain reads, and more where it calls a flow."""


class Need(NamedTuple):
    """The instruction at ``pc`` reads ``register``; it needs what ``origin`` held when the block began. ``plain``: bound."""

    origin: int
    pc: int
    register: int
    plain: bool


@dataclass(slots=True)
class Effect:
    """From the start of a block to a way out of it.

    ``written`` are the registers that certainly changed on the way, ``contents`` what those that may have changed hold. On
    the way out by an error a register may be in ``contents`` several times, for the places where an error may leave.
    """

    written: set[int]
    contents: list[tuple[int, Content]]


@dataclass(slots=True)
class Block:
    """Instructions ``start <= pc < end`` with control entering at the start and leaving at the end, errors aside."""

    start: int
    end: int
    needs: list[Need]
    wrong: list[tuple[int, int]]
    """``(pc, register)``: plain reads of what was made unbound within the block."""
    falls: Effect | None
    """To the next instruction; None when control does not fall through."""
    jumps: Effect
    fails: Effect | None
    """To the handlers; None when no error can leave."""
    labels: tuple[int, ...]


class _Walk:
    """One pass over the instructions of a block."""

    def __init__(self, needed_bound: NeededBound) -> None:
        self._needed_bound = needed_bound
        self.contents: dict[int, Content] = {}
        self.needs: list[Need] = []
        self.wrong: list[tuple[int, int]] = []
        self._first_failure: set[int] | None = None
        self._changed: set[int] = set()
        self._failing: list[tuple[int, Content]] = []

    def read(self, pc: int, instruction: Instruction) -> None:
        for operand in roles.raw_reads(instruction):
            if operand >= 0 and operand not in self.contents:
                self.needs.append(Need(operand, pc, operand, plain=False))
        for operand in self._needed_bound(instruction):
            if operand < 0:
                continue
            content = self.contents.get(operand, operand)
            if content == UNBOUND:
                self.wrong.append((pc, operand))
            elif content != BOUND:
                self.needs.append(Need(content, pc, operand, plain=True))

    def may_fail(self) -> None:
        """An error may leave here, with the registers as they are now."""
        if self._first_failure is None:
            self._first_failure = set(self.contents)
        self._failing += ((register, self.contents[register]) for register in self._changed)
        self._changed.clear()

    def write(self, instruction: Instruction) -> None:
        written = roles.writes(instruction)
        if instruction.copies:
            new = [BOUND if operand < 0 else self.contents.get(operand, operand) for operand in roles.raw_reads(instruction)]
        else:
            new = [UNBOUND if instruction.unbinds else BOUND] * len(written)
        self.contents.update(zip(written, new, strict=False))
        self._changed.update(written)
        if instruction.binds:
            checked = [operand for operand in roles.raw_reads(instruction) if operand >= 0]
            self.contents.update((register, BOUND) for register in checked)
            self._changed.update(checked)

    def effect(self) -> Effect:
        return Effect(set(self.contents), list(self.contents.items()))

    def failure(self) -> Effect | None:
        if self._first_failure is None:
            return None
        return Effect(self._first_failure, self._failing)


def sum_up(code: Sequence[Instruction], start: int, end: int, needed_bound: NeededBound) -> Block:
    """The block ``start <= pc < end`` of ``code``."""
    walk = _Walk(needed_bound)
    for pc in range(start, end):
        instruction = code[pc]
        walk.read(pc, instruction)
        if instruction.may_raise or instruction.suspends or _counts_turn(instruction, pc):
            walk.may_fail()
        if pc == end - 1:
            jumps = walk.effect()
        walk.write(instruction)
    last = code[end - 1]
    falls = None if last.ends_block else walk.effect()
    return Block(start, end, walk.needs, walk.wrong, falls, jumps, walk.failure(), roles.labels(last))


def _counts_turn(instruction: Instruction, pc: int) -> bool:
    """Where a turn is counted, a run may be cancelled: a ``finally`` receives that."""
    return any(label <= pc for label in roles.labels(instruction))
