"""What the machine runs: an instruction as a cell of a linked list.

A cell is a plain list ``[kind, f, x, y, dst, next]``; what ``f``, ``x`` and ``y`` are depends on the kind, as `KINDS` says.
Control goes from cell to cell by reference: there is no index to add to and no list to look it up in, which makes a turn
15 to 20 % cheaper than tuples in a list (``benchmarks/tier0.py``). Forward jumps vanish in the links; a backward one is a cell
of its own, because it counts a turn. Constants live behind the registers of a frame, so an operand is always one index.

This file knows no opcodes and no strands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

__all__ = ["Cell", "gatherer"]

Cell: TypeAlias = list[Any]

# The kinds, the most frequent first: `cascade_vm.dispatch` asks in this order.
BINARY = 0  # R[dst] := f(R[x], R[y])
TEST = 1  # f(R[x], R[y]) ? next : dst
TEST_BACK = 2  # f(R[x], R[y]) ? next, which is behind and counts a turn : dst
TEST_NOT_BACK = 3  # f(R[x], R[y]) ? dst : next, which is behind and counts a turn
COPY = 4  # R[dst] := R[x]
CALL = 5  # R[dst] := host.call(site f, x(R), no keywords, no policies)
TURN = 6  # a backward jump to next; the only kind that a run is ever interrupted at, save calls of flows
NARY = 7  # R[dst] := f(*x(R))
UNARY = 8  # R[dst] := f(R[x])
STEP = 9  # R[dst] := next item of cursor R[x], or go to y
BRANCH = 10  # R[x] ? next : dst
PLAIN = 11  # f(R, x, y, dst): anything else that neither suspends nor jumps
PUSH = 12  # R[dst] := flow f(x(R)) in a new frame
RETURN = 13  # leave the flow with R[x]
TAIL = 14  # become flow f(x(R))
HOST = 15  # R[dst] := f(machine, R, x, y), which may be a `Pending`
SWITCH = 16  # go to x[R[y]], else to next
FAIL = 17  # raise R[x] from R[y]
RERAISE = 18  # raise R[x] again


def gatherer(registers: Sequence[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """A function that picks these registers out of a frame, as fast as Python can."""
    if len(registers) == 0:
        return itemgetter(slice(0, 0))
    if len(registers) == 1:
        return itemgetter(slice(registers[0], registers[0] + 1))
    return itemgetter(*registers)
