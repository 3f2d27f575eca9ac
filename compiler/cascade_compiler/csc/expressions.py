"""Expressions: each becomes nodes, in the order in which CPython evaluates its parts."""

from __future__ import annotations

from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.csc import calls, comprehensions, conditions, displays, parallels
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.symbols import ConstSymbol
from cascade_compiler.graph import Ref
from cascade_grammar import tree

__all__ = ["value"]

_UNARY = {"-": "neg", "+": "pos", "~": "invert", "not": "not"}


def value(frame: Frame, expression: tree.Expression) -> Ref:
    """The value of any expression."""
    match expression:
        case tree.Name():
            return _name(frame, expression)
        case tree.Number() | tree.Duration() | tree.Literal():
            return frame.constant(expression.value, expression.span)
        case tree.Call():
            return calls.call(frame, expression)
        case tree.Binary():
            return _binary(frame, expression)
        case tree.Attribute(value=target, name=name):
            return frame.add(graph.AttributeOf, expression.span, frame.value(target), name.text)
        case tree.Subscript(value=target, index=index):
            container = frame.value(target)
            return frame.operate("[]", expression.span, container, frame.value(index))
        case tree.Unary():
            return _unary(frame, expression)
        case tree.Logical() | tree.Comparison() | tree.Conditional():
            return conditions.value(frame, expression)
        case _:
            return _rarer(frame, expression)


def _rarer(
    frame: Frame,
    expression: tree.FString | tree.Walrus | tree.Slice | tree.Starred | tree.TupleDisplay | tree.ListDisplay
    | tree.SetDisplay | tree.DictDisplay | tree.Comprehension | tree.ParallelMap | tree.Wait,
) -> Ref:  # fmt: skip
    match expression:
        case tree.FString():
            return displays.fstring(frame, expression)
        case tree.TupleDisplay() | tree.ListDisplay() | tree.SetDisplay() | tree.DictDisplay():
            return displays.display(frame, expression)
        case tree.Comprehension():
            return comprehensions.comprehension(frame, expression)
        case tree.ParallelMap():
            return parallels.parallel_map(frame, expression)
        case tree.Walrus():
            return _walrus(frame, expression)
        case tree.Slice():
            return _slice(frame, expression)
        case tree.Wait():
            return _wait(frame, expression)
        case tree.Starred():
            raise AssertionError("a star outside of a display passed the checks")
        case _:
            assert_never(expression)


def _name(frame: Frame, name: tree.Name) -> Ref:
    variable = frame.variable(name.id)
    if variable is not None:
        if frame.is_early(name.id):
            comprehensions.check_early(frame, name, variable)
        return frame.load(variable, name.span)
    symbol = frame.symbol(name.id)
    assert isinstance(symbol, ConstSymbol), f"{name.id} passed the checks"
    return frame.add(graph.Constantly, name.span, symbol.constant)


def _binary(frame: Frame, expression: tree.Binary) -> Ref:
    """Without recursion to the left: ``a + b + …`` may be as long as it likes."""
    spine = [expression]
    while isinstance(spine[-1].left, tree.Binary):
        spine.append(spine[-1].left)
    left = frame.value(spine[-1].left)
    while spine:
        step = spine.pop()
        left = frame.operate(step.operator, step.span, left, frame.value(step.right))
    return left


def _unary(frame: Frame, expression: tree.Unary) -> Ref:
    operand = expression.operand
    if expression.operator == "-" and isinstance(operand, tree.Number):
        return frame.constant(-operand.value, expression.span)
    return frame.operate(_UNARY[expression.operator], expression.span, frame.value(operand))


def _walrus(frame: Frame, expression: tree.Walrus) -> Ref:
    result = frame.value(expression.value)
    frame.store(expression.target.id, result, expression.target.span)
    return result


def _slice(frame: Frame, expression: tree.Slice) -> Ref:
    bounds = [
        frame.constant(None, expression.span) if bound is None else frame.value(bound)
        for bound in (expression.start, expression.stop, expression.step)
    ]
    return frame.operate("slice", expression.span, *bounds)


def _wait(frame: Frame, expression: tree.Wait) -> Ref:
    parts = [frame.value(part) for part in (expression.signal, expression.timeout) if part is not None]
    return frame.add(graph.Request, expression.span, "wait", tuple(parts))
