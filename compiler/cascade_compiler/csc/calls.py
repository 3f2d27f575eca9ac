"""Calls: of tasks, flows, built-in functions, errors and methods. What is called comes first, then the arguments in order."""

from __future__ import annotations

from collections.abc import Callable

from cascade_compiler import graph
from cascade_compiler.csc import comprehensions, interleaved, policies
from cascade_compiler.csc.arguments import arguments_of, called, called_built_in, in_lists, may_change_things
from cascade_compiler.csc.frame import FlowCall, Frame
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
from cascade_compiler.graph import Ref
from cascade_grammar import tree
from cascade_vm.errors import CATCHABLE
from cascade_vm.operations import BUILTINS

__all__ = ["call", "flow_arguments", "flow_call", "state_arguments"]


def call(frame: Frame, expression: tree.Call) -> Ref:
    """The value of a call."""
    match expression.function:
        case tree.Attribute(value=target, name=name):
            receiver = frame.value(target)
            method = _miss_early(frame, expression, receiver, name.text)
            reading = interleaved.reading(frame, expression, receiver, name.text)
            refs, forms = arguments_of(frame, expression.arguments, lambda: method, reading.read)
            return frame.add(graph.Method, expression.span, reading.receiver, name.text, refs, forms)
        case tree.Name(id=name):
            return _call_by_name(frame, expression, name)
        case _:
            raise AssertionError("a call of something that is no function passed the checks")


def _miss_early(frame: Frame, expression: tree.Call, receiver: Ref, name: str) -> Ref:
    """A method that is missing is missed before the arguments are evaluated, as in Python. The method, where it is read, else
    the receiver."""
    arguments = expression.arguments
    if any(argument.form in ("*", "**") or may_change_things(argument.value) for argument in arguments):
        return frame.add(graph.AttributeOf, expression.function.span, receiver, name)
    read = [frame.variable(argument.value.id) for argument in arguments if isinstance(argument.value, tree.Name)]
    variables = tuple(dict.fromkeys(variable for variable in read if variable is not None))
    if variables:
        # Where it means nothing the call itself misses the method, at this place.
        frame.add(graph.AttributeOf, expression.span, receiver, name, variables)
    return receiver


def _call_by_name(frame: Frame, expression: tree.Call, name: str) -> Ref:
    match frame.symbol(name):
        case TaskSymbol(task=task):
            refs, forms = arguments_of(frame, expression.arguments, called(frame, task.name, expression))
            rules = policies.policies(frame, expression.policies)
            return frame.add(graph.CallTask, expression.span, frame.assembly.use(task), refs, forms, rules)
        case FlowSymbol() as flow:
            positions = flow_arguments(frame, flow, expression.arguments)
            rules = policies.policies(frame, expression.policies)
            return frame.add(graph.CallFlow, expression.span, flow.name, positions, rules)
        case _:
            return _call_built_in(frame, expression, name)


def _call_built_in(frame: Frame, expression: tree.Call, name: str) -> Ref:
    if comprehensions.is_search(frame, expression):
        return comprehensions.search_value(frame, expression)
    told = called_built_in(frame, name, expression)
    if name == "print":
        refs, forms = arguments_of(frame, expression.arguments, told)
        return frame.add(graph.Request, expression.span, "print", refs, forms)
    if name in BUILTINS:
        refs, forms = arguments_of(frame, expression.arguments, told, in_lists)
        return frame.add(graph.Operate, expression.span, name, refs, forms)
    assert name in CATCHABLE, f"a call of {name} passed the checks"
    kind = frame.constant(name, expression.function.span)
    refs, forms = arguments_of(frame, expression.arguments, told)
    return frame.add(graph.Operate, expression.span, "error", (kind, *refs), forms and ("", *forms))


def _by_position(frame: Frame, names: list[str], arguments: tuple[tree.Argument, ...]) -> list[Ref | None]:
    """One argument for each parameter, None where the call gives none."""
    found: list[Ref | None] = [None] * len(names)
    for position, argument in enumerate(arguments):
        found[names.index(argument.form) if argument.form else position] = frame.value(argument.value)
    return found


def flow_call(frame: Frame, expression: tree.Call) -> Callable[[], FlowCall] | None:
    """How a call of a flow is made; None when it is a call of something else."""
    symbol = frame.symbol(expression.function.id) if isinstance(expression.function, tree.Name) else None
    if not isinstance(symbol, FlowSymbol):
        return None
    return lambda: FlowCall(symbol.name, flow_arguments(frame, symbol, expression.arguments))


def flow_arguments(frame: Frame, flow: FlowSymbol, arguments: tuple[tree.Argument, ...]) -> tuple[Ref | None, ...]:
    """The arguments of a call of a flow."""
    return tuple(_by_position(frame, [parameter.name for parameter in flow.parameters], arguments))


def state_arguments(frame: Frame, statement: tree.Jump) -> tuple[Ref | None, ...]:
    """The arguments of a jump to a state, constant defaults filled in."""
    parameters = frame.states[statement.state.text].parameters
    found = _by_position(frame, [parameter.name for parameter in parameters], statement.arguments)
    for position, parameter in enumerate(parameters):
        if found[position] is None and parameter.default is not None:
            found[position] = frame.add(graph.Constantly, statement.state.span, parameter.default)
    return tuple(found)
