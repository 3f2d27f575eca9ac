"""Values that are written into the instruction which reads them, as Python's compiler would have them on its stack.

Most of what instructions compute is read once, soon, and in the order in which it was computed: ``t = i - j; t = a[t];
u = a[i]; if t < u`` is ``if a[i - j] < a[i]``. So a value whose register is read once, in the same node, waits; whoever reads
the last values that wait, in their order, takes them. Before anything else happens those that wait are written down: nothing is
computed in another order than the instructions say, and what leaves generated code finds all registers as they should be.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.generated.liveness import Liveness
from cascade_vm.generated.syntax import assign, call, constant, mark

__all__ = ["MOST_FOLDED", "Waiting", "as_value", "is_read_once", "taken", "written_down"]

MOST_FOLDED = 24
"""Instructions in one expression: Python's compiler recurses, and so do we."""


class Waiting(NamedTuple):
    """The value of a register, which is written where it is read; it is of so many instructions. ``passes``: it is an iterator
    of Python's own."""

    register: int
    value: ast.expr
    size: int
    passes: bool


def is_read_once(flow: Flow, liveness: Liveness, register: int, pc: int, end: int) -> bool:
    """Whether what an instruction writes is read by one behind it, before ``end``, and by nobody else.

    A register that may hold an error is written at once: its traceback holds the frame, so that would hold itself. So is one
    that a handler reads: whoever reads it before that, and would write it, may fail (``x = n - 1; x = 10 // x``).
    """
    if any(handler.error == register for handler in flow.handlers) or liveness.is_read_by_handler(register, pc):
        return False
    for at in range(pc + 1, end):
        each = flow.code[at]
        if register in roles.registers_read(each):
            gone = register in roles.writes(each) or not liveness.is_read_after(register, at)
            return gone and roles.reads(each).count(register) == 1
        if register in roles.writes(each):
            return False
    return False


def as_value(value: ast.expr) -> ast.expr:
    """An expression that may stand anywhere: slices may not."""
    if not isinstance(value, ast.Slice):
        return value
    bounds = [constant(None) if each is None else each for each in (value.lower, value.upper, value.step)]
    return call("slice", *bounds)


def written_down(register: str, each: Waiting) -> ast.stmt:
    (made,) = mark([assign(register, as_value(each.value))], each.value.lineno, each.value.col_offset)
    return made


def taken(waiting: list[Waiting], operands: Sequence[int]) -> list[Waiting] | None:
    """Those that wait for these operands, which are read in this order; None where they are not the last that wait."""
    wanted = [operand for operand in operands if any(each.register == operand for each in waiting)]
    last = waiting[len(waiting) - len(wanted) :]
    return last if [each.register for each in last] == wanted else None
