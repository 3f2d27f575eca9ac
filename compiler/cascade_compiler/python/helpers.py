"""Functions inside of a flow: ``def`` and ``lambda``, their calls by name, and functions as values."""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc.frame import FlowCall
from cascade_compiler.graph import Ref
from cascade_compiler.python import nodes
from cascade_compiler.python.arguments import Signature, pass_arguments
from cascade_compiler.python.closures import Closed
from cascade_compiler.python.frames import PythonFrame
from cascade_compiler.python.functions import parameters_of
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["assign_lambda", "call_helper", "define", "function_value", "helper_value", "pass_to_helper"]


def define(frame: PythonFrame, statement: nodes.Define) -> None:
    """``def``: its defaults are evaluated, and the name is bound."""
    _bind_name(frame, statement.function, statement.function.name.text, statement.function.name.span)


def assign_lambda(frame: PythonFrame, name: tree.Name, function: nodes.Function) -> None:
    """``name = lambda …``"""
    _bind_name(frame, function, name.id, name.span)


def _bind_name(frame: PythonFrame, function: nodes.Function, name: str, span: Span) -> None:
    closed = frame.making.closures.of(function)
    _keep_defaults(frame, closed)
    if closed.is_helper and not closed.kept:
        value = frame.constant(None, span)
    else:
        value = _make(frame, closed, span)
    frame.store(name, value, span)


def _keep_defaults(frame: PythonFrame, closed: Closed) -> None:
    for parameter in closed.function.parameters:
        cell = closed.defaults.get(parameter.name.text)
        if cell is not None and parameter.default is not None:
            frame.store(cell.name, frame.value(parameter.default), parameter.span)


def _make(frame: PythonFrame, closed: Closed, span: Span) -> Ref:
    captured = frame.passed_on(closed, span)
    return frame.add(graph.MakeFunction, span, frame.making.flow_of(closed), captured, closed.scope.qualname)


def function_value(frame: PythonFrame, function: nodes.Function) -> Ref:
    """A ``lambda`` as a value."""
    closed = frame.making.closures.of(function)
    _keep_defaults(frame, closed)
    return _make(frame, closed, function.span)


def helper_value(frame: PythonFrame, closed: Closed, name: tree.Name) -> Ref:
    """A helper as a value, by its name."""
    value = _check_defined(frame, closed, name)
    return value if closed.kept and value is not None else _make(frame, closed, name.span)


def _check_defined(frame: PythonFrame, closed: Closed, name: tree.Name) -> Ref | None:
    """Fail where the name has no value yet; give that value, if this function can see it."""
    variable = frame.variable(name.id)
    return None if variable is None else frame.read(name.id, variable, name.span)


def call_helper(frame: PythonFrame, closed: Closed, call: tree.Call, name: tree.Name) -> Ref:
    """A call of a helper by its name."""
    return frame.add(graph.CallFlow, call.span, *pass_to_helper(frame, closed, call, name))


def pass_to_helper(frame: PythonFrame, closed: Closed, call: tree.Call, name: tree.Name) -> FlowCall:
    """The flow of a helper and what it is given: the variables that it captures as they are now, then the arguments."""
    _check_defined(frame, closed, name)
    called = Signature(closed.scope.qualname, parameters_of(closed), frame.making.root.name)
    passed = pass_arguments(frame, called, call.arguments, call.span)
    return FlowCall(frame.making.flow_of(closed), frame.passed_on(closed, call.span) + passed)
