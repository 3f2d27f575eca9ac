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
PAIR = 0  # BINARY, and the next cell is one too: both are done at once
BINARY = 1  # R[dst] := f(R[x], R[y])
LATCH = 2  # BINARY, and the next cell is a TEST_BACK: both are done at once, as loops end with such a pair
LATCH_NOT = 3  # the same, and the next cell is a TEST_NOT_BACK
LOOP = 4  # a TURN whose next cell is a STEP: both are done at once
STEP = 5  # R[dst] := next item of cursor R[x], or go to y
TEST = 6  # f(R[x], R[y]) ? next : dst
TEST_BACK = 7  # f(R[x], R[y]) ? next, which is behind and counts a turn : dst
TEST_NOT_BACK = 8  # f(R[x], R[y]) ? dst : next, which is behind and counts a turn
COPY = 9  # R[dst] := R[x]
CALL = 10  # R[dst] := host.call(site f, x(R), no keywords, no policies)
TURN = 11  # a backward jump to next
NARY = 12  # R[dst] := f(*x(R))
UNARY = 13  # R[dst] := f(R[x])
BRANCH = 14  # R[x] ? next : dst
PLAIN = 15  # f(R, x, y, dst): anything else that neither suspends nor jumps
PUSH = 16  # R[dst] := flow f(x(R)) in a new frame; counts a turn
RETURN = 17  # leave the flow with R[x]
TAIL = 18  # become flow f(x(R)); counts a turn
HOST = 19  # R[dst] := f(strand, R, x, y), which may be a `Pending`
SWITCH = 20  # go to x[R[y]], else to next
FAIL = 21  # raise R[x] from R[y]
RERAISE = 22  # raise R[x] again


def join(flow: list[Cell]) -> None:
    """Let a cell do the work of its successor with its own, where loops gain by it (7 to 10 % a turn)."""
    kinds = {id(cell): cell[0] for cell in flow}
    for cell in flow:
        cell[0] = _JOINED.get((cell[0], kinds.get(id(cell[5]), -1)), cell[0])


_JOINED = {(BINARY, BINARY): PAIR, (BINARY, TEST_BACK): LATCH, (BINARY, TEST_NOT_BACK): LATCH_NOT, (TURN, STEP): LOOP}


def gatherer(registers: Sequence[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """A function that picks these registers out of a frame, as fast as Python can."""
    if len(registers) == 0:
        return itemgetter(slice(0, 0))
    if len(registers) == 1:
        return itemgetter(slice(registers[0], registers[0] + 1))
    return itemgetter(*registers)
