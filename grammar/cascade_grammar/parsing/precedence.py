"""Operators in a row get their shape: precedence and association as in Python, without recursion.

a + b * c        Binary(+, a, Binary(*, b, c))
a < b < c        one Comparison
a or b or c      one Logical
not a == b       Unary(not, Comparison)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["COMPARISON", "PRECEDENCE", "UNARY", "Operand", "Shaper"]

COMPARISON: Final = 4
UNARY: Final = 11

PRECEDENCE: Final[dict[str, int]] = {
    "or": 1, "and": 2,
    **dict.fromkeys(("in", "not in", "is", "is not", "<", ">", "<=", ">=", "==", "!="), COMPARISON),
    "|": 5, "^": 6, "&": 7, "<<": 8, ">>": 8, "+": 9, "-": 9,
    **dict.fromkeys(("*", "/", "//", "%", "@"), 10),
    "**": 12,
}  # fmt: skip
"""How tightly a binary operator binds; ``not`` is 3, the other unary operators `UNARY`."""

_NOT: Final = 3


class Operand(NamedTuple):
    """An expression with its depth, and its span with the parentheses around it."""

    node: tree.Expression
    span: Span
    depth: int


class _Operator(NamedTuple):
    text: str
    precedence: int
    unary: bool
    start: int


@dataclass(slots=True)
class Shaper:
    """Takes operands and operators from left to right. ``limit`` turns an operand that is too deep into another."""

    limit: Callable[[Operand], Operand]
    complain_not: Callable[[Span], None]
    operands: list[Operand] = field(default_factory=list)
    operators: list[_Operator] = field(default_factory=list)

    def prefix(self, text: str, span: Span) -> None:
        precedence = _NOT if text == "not" else UNARY
        if text == "not" and self.operators and self.operators[-1].precedence > _NOT:
            self.complain_not(span)
        self.operators.append(_Operator(text, precedence, True, span.start))

    def operand(self, operand: Operand) -> None:
        self.operands.append(operand)

    def binary(self, text: str, start: int) -> None:
        precedence = PRECEDENCE[text]
        # An equal operator waits with those that make one node with it, and with the right-associative `**`.
        waits = precedence in (1, 2, COMPARISON, 12)
        operators = self.operators
        while operators and (operators[-1].precedence > precedence or (operators[-1].precedence == precedence and not waits)):
            self._reduce()
        operators.append(_Operator(text, precedence, False, start))

    def finish(self) -> Operand:
        while self.operators:
            self._reduce()
        return self.operands.pop()

    def _reduce(self) -> None:
        operator = self.operators.pop()
        if operator.unary:
            inner = self.operands.pop()
            span = Span(operator.start, inner.span.end)
            self._push(tree.Unary(span, operator.text, inner.node), span, inner.depth)
        elif operator.precedence in (1, 2, COMPARISON):
            self._reduce_row(operator)
        else:
            right, left = self.operands.pop(), self.operands.pop()
            span = left.span.to(right.span)
            depth = left.depth if left.depth > right.depth else right.depth
            self._push(tree.Binary(span, operator.text, left.node, right.node), span, depth)

    def _reduce_row(self, last: _Operator) -> None:
        row = [last]
        while self.operators and self.operators[-1].precedence == last.precedence:
            row.append(self.operators.pop())
        row.reverse()
        members = self.operands[-len(row) - 1 :]
        del self.operands[-len(row) - 1 :]
        span = members[0].span.to(members[-1].span)
        node: tree.Expression
        if last.precedence == COMPARISON:
            rest = tuple((operator.text, member.node) for operator, member in zip(row, members[1:], strict=True))
            node = tree.Comparison(span, members[0].node, rest)
        else:
            node = tree.Logical(span, last.text, tuple(member.node for member in members))
        self._push(node, span, max(member.depth for member in members))

    def _push(self, node: tree.Expression, span: Span, depth: int) -> None:
        self.operands.append(self.limit(Operand(node, span, depth + 1)))
