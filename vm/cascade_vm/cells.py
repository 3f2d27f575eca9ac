"""What the machine runs: an instruction as a cell of a linked list.

A cell is a plain list ``[kind, f, x, y, dst, next]``; what ``f``, ``x`` and ``y`` are depends on the kind, as said below.
Control goes from cell to cell by reference: there is no index to add to and no list to look it up in, which makes a turn
15 to 20 % cheaper than tuples in a list (``benchmarks/tier0.py``). Forward jumps vanish in the links; a backward one is a cell
of its own, because it counts a turn. Constants live behind the registers of a frame, so an operand is always one index.

This file knows no opcodes and no strands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

__all__ = ["Cell", "gatherer", "join"]

Cell: TypeAlias = list[Any]

# The kinds, the most frequent first: `cascade_vm.dispatch` asks in this order.
QUAD = 0  # four BINARY cells in a row, whose operands are all in f
PAIR = 1  # BINARY, and the next cell is one too: both are done at once
LATCH = 2  # BINARY, and the next cell is a TEST_BACK: both are done at once, as loops end with such a pair
TEST_BACK = 3  # f(R[x], R[y]) ? next, which is behind and counts a turn : dst
BINARY = 4  # R[dst] := f(R[x], R[y])
LOOP = 5  # a TURN whose next cell is a STEP: both are done at once
STEP = 6  # R[dst] := next item of cursor R[x], or go to y
LATCH_NOT = 7  # the same with a TEST_NOT_BACK
TEST_NOT_BACK = 8  # f(R[x], R[y]) ? dst : next, which is behind and counts a turn
TEST = 9  # f(R[x], R[y]) ? next : dst
COPY = 10  # R[dst] := R[x]
CALL = 11  # R[dst] := host.call(site f, x(R), no keywords, no policies)
TURN = 12  # a backward jump to next
BRANCH = 13  # R[x] ? next : dst
NARY = 14  # R[dst] := f(*x(R))
UNARY = 15  # R[dst] := f(R[x])
PLAIN = 16  # f(R, x, y, dst): anything else that neither suspends nor jumps
PUSH = 17  # R[dst] := flow f(x(R)) in a new frame; counts a turn
ENTER = 18  # R[dst] := what the new frame f(R, x) gives; counts a turn
RETURN = 19  # leave the flow with R[x]
TAIL = 20  # become flow f(x(R)); counts a turn
HOST = 21  # R[dst] := f(strand, R, x, y), which may be a `Pending`; go to y if it is `ENTERS`
SWITCH = 22  # go to x[R[y]], else to next
FAIL = 23  # raise R[x] from R[y]
RERAISE = 24  # raise R[x] again

_TOGETHER = {(BINARY, BINARY): PAIR, (BINARY, TEST_BACK): LATCH, (BINARY, TEST_NOT_BACK): LATCH_NOT, (TURN, STEP): LOOP}


def join(flow: list[Cell]) -> dict[int, list[Cell]]:
    """Let a cell do the work of the cells behind it with its own, where loops gain by it: 10 to 20 % a turn.

    A cell that is joined stays what it was for those who come to it from elsewhere. Gives the four cells of each `QUAD`, by
    the id of the first, for errors in the middle of it.
    """
    kinds = {id(cell): cell[0] for cell in flow}
    quads: dict[int, list[Cell]] = {}
    for cell in flow:
        behind = cell[5]
        cell[0] = _TOGETHER.get((cell[0], kinds.get(id(behind), -1)), cell[0])
    for cell in flow:
        four = _four_from(cell, kinds)
        if four:
            quads[id(cell)] = four
    for four in quads.values():
        operands = [operand for member in four for operand in member[1:5]]
        four[0][:] = [QUAD, tuple(operands), None, None, None, four[3][5]]
    return quads


def _four_from(first: Cell, kinds: dict[int, int]) -> list[Cell]:
    """The cell and three more, if all are BINARY cells in a row."""
    found: list[Cell] = []
    cell = first
    while kinds.get(id(cell)) == BINARY:
        found.append(cell)
        if len(found) == 4:
            return found
        cell = cell[5]
    return []


def gatherer(registers: Sequence[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """A function that picks these registers out of a frame, as fast as Python can."""
    if len(registers) == 0:
        return itemgetter(slice(0, 0))
    if len(registers) == 1:
        return itemgetter(slice(registers[0], registers[0] + 1))
    return itemgetter(*registers)
