"""The value of a node, once it is certain to run and to have all that it is given: calls, containers, gates.

Policies become those of `graph.Policy`; their settings are values like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from cascade_compiler import graph
from cascade_compiler.declarative.facts import Facts
from cascade_compiler.declarative.outline import Call, CallEach, Collect, Enter, Gate, Item, Operand, Result, Setting, Slot
from cascade_compiler.declarative.scope import Scope, slot_variable
from cascade_compiler.declarative.writing import Writer
from cascade_compiler.graph import Ref
from cascade_vm.blueprint import Parameter

__all__ = ["AddFlow", "call_with", "fitting", "packed_arguments", "told", "value_of"]

_MANY = 2**31
"""More arguments than any call has."""

AddFlow: TypeAlias = Callable[[object, Callable[[str], graph.FlowGraph]], str]
"""Gives the name of the flow that is the same as others with this key; made when there is none."""


def value_of(scope: Scope, item: Item, add_flow: AddFlow) -> Ref:
    """Do what a node does, other than choosing."""
    writer, work = scope.writer, item.work
    match work:
        case Call() | Enter():
            return _call(writer, work, [scope.read(each) for each in work.arguments], _policies(scope, item.settings))
        case CallEach():
            return _call_each(scope, item, work, add_flow)
        case Collect():
            return _collected(writer, work.kind, [scope.read(each) for each in work.items])
        case Gate():
            return _gate(scope, work)
        case _:
            raise TypeError(f"a {type(work).__name__} is written by `steps`")


def _collected(writer: Writer, kind: str, values: Sequence[Ref]) -> Ref:
    if kind == "frozenset":
        return writer.operate("frozenset", writer.operate("build_list", *values))
    return writer.operate(f"build_{kind}", *values)


def _policies(scope: Scope, settings: Sequence[Setting]) -> tuple[graph.Policy, ...]:
    return tuple(graph.Policy(each.kind, tuple([scope.read(value) for value in each.settings])) for each in settings)


def _call(writer: Writer, work: Call | Enter, values: Sequence[Ref], policies: tuple[graph.Policy, ...]) -> Ref:
    if isinstance(work, Call):
        return writer.add(graph.CallTask, work.task, tuple(values), work.forms if any(work.forms) else (), policies)
    if any(parameter.kind in ("rest", "keywords") for parameter in work.parameters):
        return _enter_with(writer, work, *packed_arguments(writer, work.forms, values), policies)
    names = [parameter.name for parameter in work.parameters if parameter.kind in ("either", "position")]
    given = {form or names[position]: value for position, (form, value) in enumerate(zip(work.forms, values, strict=True))}
    return writer.add(graph.CallFlow, work.flow, tuple(given.get(each.name) for each in work.parameters), policies)


def packed_arguments(writer: Writer, forms: Sequence[str], values: Sequence[Ref]) -> tuple[Ref, Ref]:
    """The arguments of a call as a tuple and a dict."""
    positional = [value for form, value in zip(forms, values, strict=True) if not form]
    named = [(form, value) for form, value in zip(forms, values, strict=True) if form]
    pairs = [ref for form, value in named for ref in (writer.constant(form), value)]
    return writer.operate("build_tuple", *positional), writer.operate("build_dict", *pairs)


def told(writer: Writer, work: Call | Enter) -> Ref:
    """What the operations ``jump_arguments`` and ``jump_keywords`` want to know of a call."""
    if isinstance(work, Call):
        names: tuple[str, ...] = work.names
    else:
        kinds = {"either": True, "position": False}
        names = tuple(each.name if kinds[each.kind] else "" for each in work.parameters if each.kind in kinds)
    positional = sum(not form for form in work.forms)
    first = names[0] if names and not positional and names[0] in work.forms else ""
    return writer.constant((names[:positional], first))


def fitting(writer: Writer, work: Call | Enter) -> Ref | None:
    """What the operation ``tail_call_case`` wants to know of the arguments of a call; None when that is not known."""
    if work.parameters is None:
        return None
    name = work.task if isinstance(work, Call) else work.flow
    parameters = [(each.name, each.kind, each.required) for each in work.parameters]
    kinds = [kind for _, kind, _ in parameters]
    needed = [(each, kind) for each, kind, required in parameters if required]
    least = sum(kind != "keyword" for _, kind in needed) if all(kind != "keyword" for _, kind in needed) else _MANY
    most = _MANY - 1 if "rest" in kinds else sum(kind in ("position", "either") for kind in kinds)
    names = tuple(each for each, kind, _ in parameters if kind in ("either", "keyword"))
    by_name = tuple(each if kind != "position" else "" for each, kind in needed)
    return writer.constant((least, most, names, by_name, (name, tuple(parameters))))


def call_with(scope: Scope, item: Item, arguments: Ref, keywords: Ref) -> Ref:
    """The call of a node, with a tuple and a dict of arguments that are known when it runs."""
    writer, work, policies = scope.writer, item.work, _policies(scope, item.settings)
    if isinstance(work, Call):
        return writer.add(graph.CallTask, work.task, (arguments, keywords), ("*", "**"), policies)
    assert isinstance(work, Enter)
    return _enter_with(writer, work, arguments, keywords, policies)


def _enter_with(writer: Writer, work: Enter, arguments: Ref, keywords: Ref, policies: tuple[graph.Policy, ...]) -> Ref:
    described = writer.constant((work.flow, tuple(map(_described, work.parameters))))
    packed = writer.operate("bind", described, writer.operate("list", arguments), keywords)
    variables = tuple(f"$p{number}" for number in range(len(work.parameters)))
    if variables:
        writer.add(graph.UnpackVariables, variables, packed, -1)
    pairs = zip(variables, work.parameters, strict=True)
    given = [writer.load_unchecked(name) if parameter.computed else writer.load(name) for name, parameter in pairs]
    return writer.add(graph.CallFlow, work.flow, tuple(given), policies)


def _described(parameter: Parameter) -> tuple[object, ...]:
    """A parameter as operation ``bind`` wants it."""
    default = () if parameter.default is None else (parameter.default.value,)
    return (parameter.name, parameter.kind, parameter.required, *default)


def _gate(scope: Scope, work: Gate) -> Ref:
    writer = scope.writer
    reasons = [writer.operate("==", scope.read(choice), writer.constant(case)) for choice, case in work.choices]
    reasons += [scope.read(gate) for gate in work.gates]
    value = reasons[0]
    for reason in reasons[1:]:
        value = writer.operate("|", value, reason)
    return value


# --- a call for each item ------------------------------------------------------------------------------------------------


def _call_each(scope: Scope, item: Item, work: CallEach, add_flow: AddFlow) -> Ref:
    writer = scope.writer
    operands = list(dict.fromkeys(value for setting in item.settings for value in setting.settings))
    numbers: dict[Operand, Operand] = {value: Slot(number) for number, value in enumerate(operands)}
    settings = tuple(Setting(each.kind, tuple(numbers[value] for value in each.settings)) for each in item.settings)
    local = Item(item.name, item.place, work.call, settings)
    key = ("each", work.names, local)
    name = add_flow(key, lambda name: _flow_of_item(name, work.names, local, len(operands)))
    rows = writer.operate("zip_equal", writer.constant(work.names), *[scope.read(each) for each in work.iterables])
    return writer.add(graph.Map, name, rows, tuple([scope.read(value) for value in operands]))


def _flow_of_item(name: str, names: Sequence[str], item: Item, settings: int) -> graph.FlowGraph:
    """The flow that runs for each row of items."""
    writer = Writer(item.place)
    row = writer.load("$row")
    values = [writer.operate("[]", row, writer.constant(number)) for number in range(len(names))]
    scope = Scope(writer, {}, Facts())
    policies = _policies(scope, item.settings)
    assert isinstance(item.work, Call | Enter)
    value = _call(writer, item.work, [values[_number(each)] for each in item.work.arguments], policies)
    writer.give(writer.operate("plain_value", value))
    return writer.finish(name, ("$row", *map(slot_variable, range(settings))), item.place, part=True)


def _number(operand: Operand) -> int:
    assert not isinstance(operand, Result)
    return operand.index
