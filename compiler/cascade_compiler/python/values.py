"""Expressions that only Python has: built-in functions and flows as values, calls of values, requests."""

from __future__ import annotations

from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.csc.arguments import arguments_of, in_lists
from cascade_compiler.csc.symbols import FlowSymbol
from cascade_compiler.graph import Ref
from cascade_compiler.python import nodes, parallels
from cascade_compiler.python.frames import PythonFrame
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["built_in", "call_value", "global_value", "value"]


def value(frame: PythonFrame, part: nodes.BuiltIn | nodes.Gather | nodes.MapCall | nodes.Request | nodes.CallValue) -> Ref:
    """The value of an expression that `.csc` does not have."""
    match part:
        case nodes.BuiltIn(name=name):
            return built_in(frame, name, part.span)
        case nodes.CallValue(function=function, arguments=arguments):
            return frame.value(tree.Call(part.span, function, arguments))
        case nodes.Request(service=service, arguments=arguments):
            given = arguments_of(frame, arguments, lambda: frame.constant(f"{service}()", part.span))
            return frame.add(graph.Request, part.span, service, *given)
        case nodes.Gather():
            return parallels.gather(frame, part)
        case nodes.MapCall():
            return parallels.map_call(frame, part)
        case _:
            assert_never(part)


def built_in(frame: PythonFrame, name: str, span: Span) -> Ref:
    """A built-in function or type as a value."""
    return frame.operate("builtin", span, frame.constant(name, span))


def global_value(frame: PythonFrame, name: tree.Name) -> Ref | None:
    """The value of a name that is no variable: of a flow, or of a built-in function. None for what `.csc` knows as well."""
    symbol = frame.symbol(name.id)
    if isinstance(symbol, FlowSymbol):
        return frame.add(graph.MakeFunction, name.span, symbol.name, (), name.id)
    return built_in(frame, name.id, name.span) if symbol is None else None


def call_value(frame: PythonFrame, function: tree.Expression, arguments: tuple[tree.Argument, ...], span: Span) -> Ref:
    """The call of a value: it comes first, then the arguments in order."""
    target = frame.value(function)
    return frame.add(graph.CallValue, span, target, *arguments_of(frame, arguments, lambda: target, in_lists))
