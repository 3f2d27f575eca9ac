"""``raise``: of an error, of a class of errors, of anything else, which Python refuses when it runs."""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.symbols import TaskSymbol
from cascade_compiler.graph import Ref
from cascade_compiler.python import nodes
from cascade_compiler.python.frames import PythonFrame
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.errors import CATCHABLE

__all__ = ["raise_error", "raise_from"]


def raise_error(frame: PythonFrame, statement: tree.Fail, error: tree.Expression) -> None:
    """``raise error``"""
    found = _evaluate(frame, error)
    if not _is_new_error(frame, error):
        found = _checked(frame, found, error.span, "exceptions must derive from BaseException")
    frame.end(graph.Fail, statement.span, found)


def raise_from(frame: PythonFrame, statement: nodes.RaiseFrom) -> None:
    """``raise error from cause``: both are evaluated before either is looked at."""
    error = _evaluate(frame, statement.error)
    cause = _evaluate(frame, statement.cause)
    if not _is_new_error(frame, statement.error):
        error = _checked(frame, error, statement.error.span, "exceptions must derive from BaseException")
    if not isinstance(statement.cause, tree.Literal) and not _is_new_error(frame, statement.cause):
        words = "exception causes must derive from BaseException"
        cause = _checked(frame, cause, statement.cause.span, words, may_be_none=True)
    frame.end(graph.Fail, statement.span, error, cause)


def _evaluate(frame: PythonFrame, expression: tree.Expression) -> Ref:
    """The value; the name of a class of errors stands for a new one of that class."""
    if isinstance(expression, tree.Name) and _is_class(frame, expression.id):
        return frame.value(tree.Call(expression.span, expression, ()))
    return frame.value(expression)


def _is_class(frame: PythonFrame, name: str) -> bool:
    if frame.variable(name) is not None:
        return False
    symbol = frame.symbol(name)
    return name in CATCHABLE if symbol is None else isinstance(symbol, TaskSymbol)


def _is_new_error(frame: PythonFrame, expression: tree.Expression) -> bool:
    """Whether this makes a built-in error: its value is one for sure."""
    function: object = expression.function if isinstance(expression, tree.Call) else expression
    match function:
        case tree.Name(id=name):
            return name in CATCHABLE and frame.symbol(name) is None and frame.variable(name) is None
        case nodes.BuiltIn(name=name):
            return name in CATCHABLE and isinstance(expression, tree.Call)
        case _:
            return False


def _checked(frame: PythonFrame, found: Ref, span: Span, words: str, may_be_none: bool = False) -> Ref:
    """An error as it is, and a new one for a class of errors. Anything else fails, with ``words``."""
    merge, wrong = frame.label(), frame.label()
    _when(frame, frame.add(graph.MatchError, span, found, ("Exception",)), merge, span, found)
    if may_be_none:
        _when(frame, frame.operate("is", span, found, frame.constant(None, span)), merge, span, found)
    a_class, an_error = frame.label(), frame.label()
    kind = frame.operate("builtin", span, frame.constant("type", span))
    frame.end(graph.BranchOn, span, frame.operate("isinstance", span, found, kind), a_class, wrong)
    frame.start(a_class, span)
    error = frame.operate("builtin", span, frame.constant("Exception", span))
    frame.end(graph.BranchOn, span, frame.operate("issubclass", span, found, error), an_error, wrong)
    frame.start(an_error, span)
    frame.jump(merge, span, frame.add(graph.CallValue, span, found, ()))
    frame.start(wrong, span)
    kind = frame.constant("TypeError", span)
    frame.end(graph.Fail, span, frame.operate("error", span, kind, frame.constant(words, span)))
    return frame.merge(merge, span)


def _when(frame: PythonFrame, condition: Ref, merge: Label, span: Span, found: Ref) -> None:
    """Take ``found`` to ``merge`` if the condition holds; what is written next is for when it does not."""
    holds, rest = frame.label(), frame.label()
    frame.end(graph.BranchOn, span, condition, holds, rest)
    frame.start(holds, span)
    frame.jump(merge, span, found)
    frame.start(rest, span)
