"""Functions to flows: the decorated one, and those inside of it.

Each is a flow, which is given what it captures before its arguments.
"""

from __future__ import annotations

from typing import NamedTuple

from cascade_compiler import graph
from cascade_compiler.csc.frame import Assembly, Root
from cascade_compiler.csc.symbols import Unit
from cascade_compiler.python import nodes
from cascade_compiler.python.closures import Closed, Closures
from cascade_compiler.python.frames import Making, PythonFrame, given
from cascade_vm.blueprint import Parameter

__all__ = ["Heading", "build_function", "parameters_of"]


class Heading(NamedTuple):
    """What is known of a flow without its body: its name in the program, its parameters, the text of its result's type."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str = "any"
    doc: str | None = None


def build_function(assembly: Assembly, unit: Unit, closures: Closures, heading: Heading) -> None:
    """Add the flow of a function to the program, and behind it those that it has inside. Names must have been checked."""
    main = closures.of_scope(closures.root)
    making = Making(assembly, unit, closures, Root(main.function.name.text, heading.name))
    assembly.reserve(heading.name)
    _build(making, main, heading)
    while making.pending:
        closed = making.pending.pop(0)
        _build(making, closed, Heading(making.names[closed], _captured(closed) + parameters_of(closed)))


def _captured(closed: Closed) -> tuple[Parameter, ...]:
    """The parameters for what is captured. They are given by position, and so may stand before those that only can be."""
    kind = "position" if any(parameter.kind == "position" for parameter in closed.function.parameters) else "either"
    return tuple(Parameter(name, computed=cell not in closed.certain, kind=kind) for cell, name in given(closed).items())


def parameters_of(closed: Closed) -> tuple[Parameter, ...]:
    """The parameters of a helper as its callers see them."""
    return tuple(_parameter(closed, parameter) for parameter in closed.function.parameters)


def _parameter(closed: Closed, parameter: nodes.Parameter) -> Parameter:
    computed = parameter.name.text in closed.defaults
    return Parameter(parameter.name.text, default=closed.default_of(parameter), computed=computed, kind=parameter.kind)


def _build(making: Making, closed: Closed, heading: Heading) -> None:
    frame = PythonFrame(making, heading.name, closed)
    _set_defaults(frame)
    function = closed.function
    frame.run(function.body.statements)
    if frame.is_open:
        span = function.name.span
        frame.end(graph.Return, span, frame.constant(None, span))
    making.assembly.set_flow(
        graph.FlowGraph(
            name=heading.name,
            parameters=heading.parameters,
            blocks=frame.drafts.finish(),
            place=frame.place(function.name.span),
            returns=heading.returns,
            doc=heading.doc,
        )
    )


def _set_defaults(frame: PythonFrame) -> None:
    """Parameters that the caller left out get what was computed when the function was defined."""
    closed = frame.closed
    for parameter in closed.function.parameters:
        cell = closed.defaults.get(parameter.name.text)
        if cell is not None:
            name, span = parameter.name.text, parameter.span
            given, missing = frame.label(), frame.label()
            frame.end(graph.BranchOn, span, frame.add(graph.IsBound, span, name), given, missing)
            frame.start(missing, span)
            frame.store(name, frame.load(frame.given[cell], span), span)
            frame.start(given, span)
