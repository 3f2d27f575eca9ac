"""Expressions that choose: ``and``, ``or``, ``not``, comparisons, ``… if … else …``; as values and as conditions of jumps.

As a condition of a jump none of them makes a boolean: control goes where the outcome is known.
"""

from __future__ import annotations

from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.csc import comprehensions
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Ref
from cascade_grammar import tree

__all__ = ["branch", "value"]


def value(frame: Frame, expression: tree.Logical | tree.Comparison | tree.Conditional) -> Ref:
    """The value of an expression that evaluates some of its parts only."""
    match expression:
        case tree.Logical():
            return _logical(frame, expression)
        case tree.Conditional():
            return _conditional(frame, expression)
        case tree.Comparison(rest=((operator, right),)):
            left = frame.value(expression.first)
            return frame.operate(operator, expression.span, left, frame.value(right))
        case tree.Comparison():
            return _chain(frame, expression)
        case _:
            assert_never(expression)


def _logical(frame: Frame, expression: tree.Logical) -> Ref:
    merge = frame.label()
    for operand in expression.operands[:-1]:
        found = frame.value(operand)
        _stop_or_go_on(frame, operand, found, expression.operator == "or", merge)
    last = expression.operands[-1]
    frame.jump(merge, last.span, frame.value(last))
    return frame.merge(merge, expression.span)


def _stop_or_go_on(frame: Frame, part: tree.Expression, found: Ref, stops_at: bool, merge: Label) -> None:
    """Take ``found`` to ``merge`` if its truth is ``stops_at``, else go on after this."""
    stop, rest = frame.label(), frame.label()
    ways = (stop, rest) if stops_at else (rest, stop)
    frame.end(graph.BranchOn, part.span, found, *ways)
    frame.start(stop, part.span)
    frame.jump(merge, part.span, found)
    frame.start(rest, part.span)


def _conditional(frame: Frame, expression: tree.Conditional) -> Ref:
    merge, then, otherwise = frame.label(), frame.label(), frame.label()
    frame.branch(expression.condition, then, otherwise)
    for label, part in ((then, expression.then), (otherwise, expression.otherwise)):
        frame.start(label, part.span)
        if frame.is_open:
            frame.jump(merge, part.span, frame.value(part))
    return frame.merge(merge, expression.span)


def _chain(frame: Frame, expression: tree.Comparison) -> Ref:
    """``a < b < c`` evaluates ``b`` once, and ``c`` only if ``a < b``."""
    merge = frame.label()
    left = frame.value(expression.first)
    for operator, part in expression.rest[:-1]:
        right = frame.value(part)
        found = frame.operate(operator, expression.span, left, right)
        _stop_or_go_on(frame, expression, found, False, merge)
        left = right
    operator, part = expression.rest[-1]
    frame.jump(merge, expression.span, frame.operate(operator, expression.span, left, frame.value(part)))
    return frame.merge(merge, expression.span)


def branch(frame: Frame, condition: tree.Expression, then: Label, otherwise: Label) -> None:
    """Go to ``then`` if the condition is true, else to ``otherwise``."""
    match condition:
        case tree.Literal() | tree.Number() | tree.Duration():
            frame.jump(then if condition.value else otherwise, condition.span)
        case tree.Unary(operator="not", operand=operand):
            branch(frame, operand, otherwise, then)
        case tree.Logical(operator=operator, operands=operands):
            for operand in operands[:-1]:
                rest = frame.label()
                branch(frame, operand, *((rest, otherwise) if operator == "and" else (then, rest)))
                frame.start(rest, operand.span)
            if frame.is_open:
                branch(frame, operands[-1], then, otherwise)
        case tree.Comparison(rest=rest_of_chain) if len(rest_of_chain) > 1:
            _branch_on_chain(frame, condition, then, otherwise)
        case tree.Conditional():
            _branch_on_conditional(frame, condition, then, otherwise)
        case tree.Call() if comprehensions.is_search(frame, condition):
            comprehensions.search(frame, condition, then, otherwise)
        case _:
            frame.end(graph.BranchOn, condition.span, frame.value(condition), then, otherwise)


def _branch_on_chain(frame: Frame, condition: tree.Comparison, then: Label, otherwise: Label) -> None:
    left = frame.value(condition.first)
    last = len(condition.rest) - 1
    for position, (operator, part) in enumerate(condition.rest):
        right = frame.value(part)
        found = frame.operate(operator, condition.span, left, right)
        goal = then if position == last else frame.label()
        frame.end(graph.BranchOn, condition.span, found, goal, otherwise)
        if position != last:
            frame.start(goal, part.span)
        left = right


def _branch_on_conditional(frame: Frame, condition: tree.Conditional, then: Label, otherwise: Label) -> None:
    first, second = frame.label(), frame.label()
    branch(frame, condition.condition, first, second)
    for label, part in ((first, condition.then), (second, condition.otherwise)):
        frame.start(label, part.span)
        if frame.is_open:
            branch(frame, part, then, otherwise)
