"""Declarations of flows: parameters, statements, states."""

from __future__ import annotations

from inspect import cleandoc

from cascade_compiler import graph
from cascade_compiler.csc import calls, conditions, expressions, statements
from cascade_compiler.csc.frame import Assembly, Frame, Root, Rules, StateEntry
from cascade_compiler.csc.signatures import parameters_of, type_text
from cascade_compiler.csc.symbols import FlowSymbol, Unit
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.blueprint import Parameter

__all__ = ["RULES", "build_flow"]

RULES = Rules(expressions.value, conditions.branch, statements.run, calls.flow_call)


def build_flow(assembly: Assembly, unit: Unit, declaration: tree.FlowDeclaration) -> None:
    """Add a flow, and the branches that it has, to the program."""
    symbol = unit.names[declaration.name.text]
    assert isinstance(symbol, FlowSymbol)
    assembly.reserve(symbol.name)
    variables = unit.variables[declaration.name.text]
    root = Root(declaration.name.text, symbol.name)
    frame = Frame(assembly, unit, root, symbol.name, variables.shared)
    _compute_defaults(frame, symbol.parameters, declaration.parameters)
    for state in declaration.states:
        parameters = parameters_of(state.parameters, unit.names)
        entry = StateEntry(frame.label(), parameters)
        frame.drafts.want(entry.label)  # perhaps only by a state further down
        frame.states[state.name.text] = entry
    frame.run(declaration.statements)
    _enter_first_state(frame, declaration)
    for state in declaration.states:
        frame.variables = variables.shared | variables.of_state[state.name.text]
        _state(frame, state, sorted(variables.of_state[state.name.text]))
    assembly.set_flow(
        graph.FlowGraph(
            name=symbol.name,
            parameters=symbol.parameters,
            blocks=frame.drafts.finish(),
            place=frame.place(declaration.name.span),
            returns=type_text(declaration.returns),
            doc=cleandoc(str(declaration.doc.value)) if declaration.doc else None,
        )
    )


def _compute_defaults(frame: Frame, parameters: tuple[Parameter, ...], declared: tuple[tree.Parameter, ...]) -> None:
    """Give the parameters that the caller left out their values, from left to right."""
    for parameter, written in zip(parameters, declared, strict=True):
        if parameter.computed and written.default is not None:
            span = written.default.span
            given, missing = frame.label(), frame.label()
            frame.end(graph.BranchOn, span, frame.add(graph.IsBound, span, parameter.name), given, missing)
            frame.start(missing, span)
            frame.store(parameter.name, frame.value(written.default), span)
            frame.start(given, span)


def _enter_first_state(frame: Frame, declaration: tree.FlowDeclaration) -> None:
    """After the statements: to the first state with its defaults, or out of the flow."""
    if not frame.is_open:
        return
    span = declaration.name.span
    if not declaration.states:
        frame.end(graph.Return, span, frame.constant(None, span))
        return
    first = declaration.states[0].name
    entry = frame.states[first.text]
    arguments = [
        None if parameter.default is None else frame.add(graph.Constantly, first.span, parameter.default)
        for parameter in entry.parameters
    ]
    frame.jump(entry.label, first.span, *arguments)


def _state(frame: Frame, state: tree.State, own: list[str]) -> None:
    """The variables of a state are its own, each time that it is entered."""
    entry = frame.states[state.name.text]
    names = tuple(parameter.name for parameter in entry.parameters)
    frame.start(entry.label, state.name.span, names)
    for name in own:
        if name not in names:
            frame.forget(name, state.name.span)
    _compute_defaults(frame, entry.parameters, state.parameters)
    frame.run(state.body.statements)
    if frame.is_open:
        span = Span(state.span.start, state.span.start + len("state"))
        frame.end(graph.Return, span, frame.constant(None, span))
