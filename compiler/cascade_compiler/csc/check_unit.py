"""Refuses what a file says wrong, before anything is built of it: each flow, its states and the ways between them."""

from __future__ import annotations

from collections.abc import Iterable

from cascade_compiler.csc.check_names import Names, check_new_name
from cascade_compiler.csc.check_signature import check_parameters
from cascade_compiler.csc.check_statements import StatementCheck
from cascade_compiler.csc.symbols import Unit
from cascade_compiler.csc.types import check_type
from cascade_compiler.csc.variables import Variables, variables_of
from cascade_grammar import tree

__all__ = ["check_unit"]


def check_unit(unit: Unit) -> None:
    """Add what is wrong with a file to its complaints."""
    for flow in unit.flows:
        _check_flow(unit, flow)


def _check_flow(unit: Unit, flow: tree.FlowDeclaration) -> None:
    check_parameters(unit, flow.parameters)
    check_type(unit, flow.returns)
    variables = unit.variables[flow.name.text] = variables_of(flow)
    for name, span in variables.statements.writes.items():
        check_new_name(unit, name, span)
    states = _states_by_name(unit, flow)
    elsewhere = {name: state for state, own in variables.of_state.items() for name in sorted(own)}
    before = StatementCheck(Names(unit, variables.shared, elsewhere), states)
    before.run(flow.statements)
    checks = [_check_state(unit, state, states, variables, elsewhere) for state in flow.states]
    if flow.states:
        _check_first_state(unit, flow.states[0])
        if not any(check.lost for check in (before, *checks)):
            jumps = {state.name.text: check.jumps for state, check in zip(flow.states, checks, strict=True)}
            _refuse_unreachable(unit, flow, [flow.states[0].name.text, *before.jumps], jumps)


def _states_by_name(unit: Unit, flow: tree.FlowDeclaration) -> dict[str, tree.State]:
    states: dict[str, tree.State] = {}
    for state in flow.states:
        name = state.name
        if name.text in states:
            line, _ = unit.source.position(states[name.text].name.span.start)
            message = f"the state `{name.text}` is declared twice"
            unit.complaints.add("CS208", name.span, message, f"the first one is on line {line}")
        states.setdefault(name.text, state)
    return states


def _check_state(
    unit: Unit,
    state: tree.State,
    states: dict[str, tree.State],
    variables: Variables,
    elsewhere: dict[str, str],
) -> StatementCheck:
    check_parameters(unit, state.parameters, variables.shared)
    for parameter in state.parameters:
        name = parameter.name
        if name.text in variables.shared:
            message = f"`{name.text}` is a variable of the whole flow, and can not be a parameter of a state too"
            unit.complaints.add("CS247", name.span, message, "the state sees the flow's variables without it")
    for written, span in variables.states[state.name.text].writes.items():
        check_new_name(unit, written, span)
    own = variables.of_state[state.name.text]
    check = StatementCheck(Names(unit, variables.shared | own, elsewhere), states)
    check.run(state.body.statements)
    return check


def _check_first_state(unit: Unit, state: tree.State) -> None:
    needed = [parameter for parameter in state.parameters if parameter.default is None]
    if needed:
        message = f"the first state is entered without arguments, and `{needed[0].name.text}` has no default"
        unit.complaints.add("CS246", needed[0].name.span, message, "give it one, or put a state that jumps here before it")


def _refuse_unreachable(unit: Unit, flow: tree.FlowDeclaration, entered: Iterable[str], jumps: dict[str, list[str]]) -> None:
    pending, reached = list(entered), set[str]()
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending.extend(jumps[name])
    for state in flow.states:
        if state.name.text not in reached:
            message = f"nothing jumps to state `{state.name.text}`"
            unit.complaints.add("CS245", state.name.span, message)
