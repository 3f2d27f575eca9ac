"""The arguments of a flow, from a command line or from Python, checked against its declared parameters.

Everything that is wrong is found at once; each problem has its code, and the flow's signature goes with them. The result is one
value per parameter, as `cascade_vm.signature.bind` gives them. This file knows parameters, not programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from cascade_vm.blueprint import Flow, Parameter
from cascade_vm.signature import bind, default_of, with_marks

from cascade.conversion import from_json, from_text
from cascade.declared import Mismatch, Type, as_declared, parse_type
from cascade.durations import format_duration
from cascade.errors import ArgumentError, Problem

__all__ = ["bind_call", "bind_command_line", "format_signature"]


def format_signature(flow: Flow) -> str:
    """``flow watch(order_id: str, every: duration = 30s) -> str``"""
    returns = "" if flow.returns == "any" else f" -> {flow.returns}"
    return f"flow {flow.name}({format_parameters(flow.parameters)}){returns}"


def format_parameters(parameters: Sequence[Parameter]) -> str:
    """``order_id: str, every: duration = 30s``"""
    return ", ".join(with_marks(parameters, _format_parameter))


def _format_parameter(parameter: Parameter) -> str:
    typed = parameter.type != "any"
    text = f"{parameter.name}: {parameter.type}" if typed else parameter.name
    if parameter.required or parameter.kind in ("rest", "keywords"):
        return text
    return text + (" = " if typed else "=") + format_default(parameter)


def format_default(parameter: Parameter) -> str:
    """The default as the source would write it; ``…`` for one that the flow computes."""
    if parameter.default is None:
        return "…"
    value = parameter.default.value
    return format_duration(value) if isinstance(value, timedelta) else repr(value)


def bind_command_line(flow: Flow, texts: Mapping[str, str], values: Mapping[str, object]) -> list[object]:
    """Arguments from ``name=text`` and from a JSON object; the former win. Raises `ArgumentError` with all that is wrong.

    What takes the rest of a call has a name here like any other parameter: it takes a list, or an object.
    """
    problems: list[Problem] = []
    converted: dict[str, object] = {}
    for parameter in flow.parameters:
        declared = _declared(parameter)
        try:
            if parameter.name in texts:
                converted[parameter.name] = from_text(declared, texts[parameter.name])
            elif parameter.name in values:
                converted[parameter.name] = from_json(declared, values[parameter.name])
            elif parameter.required:
                problems.append(_missing(flow, parameter))
        except Mismatch as mismatch:
            problems.append(_mismatched(flow, parameter, mismatch))
    known = [parameter.name for parameter in flow.parameters]
    problems += [_unknown(flow, name, known) for name in dict.fromkeys((*texts, *values)) if name not in known]
    if problems:
        raise ArgumentError(*_with_signature(flow, problems))
    return [converted[each.name] if each.name in converted else default_of(each) for each in flow.parameters]


def bind_call(
    flow: Flow, arguments: Sequence[object], keywords: Mapping[str, object], checks_types: bool = True
) -> list[object]:
    """Arguments of a call in Python, checked; a number for a duration becomes one. Raises `ArgumentError`."""
    try:
        values = bind(flow, arguments, keywords)
    except TypeError as error:
        code = "CS405" if " missing " in str(error) else "CS406"
        raise ArgumentError(*_with_signature(flow, [Problem(code, str(error))])) from None
    given = len(arguments)
    problems = []
    for index, parameter in enumerate(flow.parameters if checks_types else ()):
        by_position = index < given and parameter.kind in ("position", "either")
        collects = parameter.kind in ("rest", "keywords")
        if parameter.type != "any" and (by_position or collects or parameter.name in keywords):
            try:
                values[index] = as_declared(_declared(parameter), values[index])
            except Mismatch as mismatch:
                problems.append(_mismatched(flow, parameter, mismatch))
    if problems:
        raise ArgumentError(*_with_signature(flow, problems))
    return values


def _declared(parameter: Parameter) -> Type:
    return parse_type(_type_of(parameter))


def _type_of(parameter: Parameter) -> str:
    """The type of what the parameter holds: what takes the rest holds many of the type that it is declared with."""
    shapes = {"rest": f"tuple[{parameter.type}, ...]", "keywords": f"dict[str, {parameter.type}]"}
    return shapes.get(parameter.kind, parameter.type)


def _missing(flow: Flow, parameter: Parameter) -> Problem:
    return Problem("CS405", f"flow `{flow.name}` needs parameter `{parameter.name}` ({parameter.type})")


def _unknown(flow: Flow, name: str, known: Iterable[str]) -> Problem:
    return Problem("CS406", f"flow `{flow.name}` has no parameter `{name}`", hint=near_miss(name, known))


def _mismatched(flow: Flow, parameter: Parameter, mismatch: Mismatch) -> Problem:
    takes = f"parameter `{parameter.name}` of flow `{flow.name}` takes `{_type_of(parameter)}`"
    if mismatch.path:
        return Problem("CS407", f"{takes}, but {mismatch.found} at {mismatch.path} is not `{mismatch.wanted}`")
    found = "an empty text" if mismatch.found == "``" else mismatch.found
    return Problem("CS407", f"{takes}, not {found}")


def _with_signature(flow: Flow, problems: list[Problem]) -> list[Problem]:
    """The signature closes the last problem: said once, however many there are."""
    *others, last = problems
    hint = f"{last.hint}\n" if last.hint else ""
    return [*others, last._replace(hint=f"{hint}the signature is `{format_signature(flow)}`")]


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """A hint ``did you mean …?`` when a known word is close to this one."""
    from cascade_grammar import diagnostics  # only when something is wrong: a run loads no grammar

    return diagnostics.near_miss(word, known)
