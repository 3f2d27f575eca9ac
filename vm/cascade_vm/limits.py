"""How large a program may be: generous for programs of 10,000 lines, and small enough that no file exhausts the memory.

Knows numbers only.
"""

from __future__ import annotations

__all__ = [
    "BYTES", "CONSTANTS", "CONSTANT_DEPTH", "FLOWS", "HANDLERS_DEEP", "INSTRUCTIONS", "OPERANDS", "REGISTERS",
    "SET_ITEMS", "STATE_BITS", "VISITS", "depth_of",
]  # fmt: skip

BYTES = 64 * 2**20
"""Of a Blueprint's bytes. 10,000 lines make about one mebibyte."""
FLOWS = 2**16
"""Flows, and tasks, of a program."""
INSTRUCTIONS = 2**20
"""Of one flow."""
REGISTERS = 2**20
"""Of one flow; plain lowering takes about ten for a line."""
CONSTANTS = 2**20
"""Of one flow."""
OPERANDS = 2**16
"""Numbers or names in one operand of an instruction; items of one row of a table."""
CONSTANT_DEPTH = 64
"""Tuples and frozensets within each other in one constant."""
SET_ITEMS = 4096
"""Of one frozenset: items can be chosen so that they all hash alike, and building a set of n of them takes n² steps."""
HANDLERS_DEEP = 256
"""Protected ranges that one instruction may lie in."""
STATE_BITS = 2**31
"""What the verifier may remember of a flow: registers that live across blocks, times blocks."""
VISITS = 64
"""How often, on average, the verifier may look at each block. Nested loops take a few looks each; only jumps drawn by
hand take more."""


def depth_of(value: object, most: int = CONSTANT_DEPTH) -> int:
    """How many tuples and frozensets lie within each other in ``value``, counted up to ``most`` + 1."""
    depth, layer = 0, [value]
    while depth <= most:
        layer = [item for value in layer if isinstance(value, tuple | frozenset) for item in (value or (None,))]
        if not layer:
            break
        depth += 1
    return depth
