"""Whether the arguments of a call fit what is called: how many, which names, and literals of the declared types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cascade_compiler.csc.signatures import type_text
from cascade_compiler.csc.symbols import Unit
from cascade_compiler.csc.types import contradicts
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_grammar.spans import Span
from cascade_vm.blueprint import TaskParameter

__all__ = ["Callee", "callee_of", "check_arguments"]


class Callee(NamedTuple):
    """What is called: ``kind`` is the word for it. ``types`` are those of the parameters, where they are declared."""

    kind: str
    name: str
    parameters: Sequence[TaskParameter]
    types: dict[str, tree.TypeName | None]
    spreads: bool

    def __str__(self) -> str:
        return f"{self.kind} `{self.name}`"


def callee_of(kind: str, name: str, declared: tuple[tree.Parameter, ...]) -> Callee:
    """A flow or a state."""
    parameters = [TaskParameter(p.name.text, "either", p.default is None) for p in declared]
    return Callee(kind, name, parameters, {p.name.text: p.type for p in declared}, spreads=False)


def check_arguments(unit: Unit, callee: Callee, arguments: tuple[tree.Argument, ...], span: Span) -> None:
    """Complain about arguments that do not fit; ``span`` is the whole call."""
    spread = [argument for argument in arguments if argument.form in ("*", "**")]
    if spread and not callee.spreads:
        message = f"{callee} is not called with `{spread[0].form}`"
        hint = f"give each of its parameters by itself: {_signature(callee)}"
        unit.complaints.add("CS224", spread[0].span, message, hint)
        return
    given, strangers = _match(unit, callee, arguments)
    missing = [p.name for p in callee.parameters if p.required and p.name not in given]
    if missing and not spread and not strangers:
        names = ", ".join(f"`{name}`" for name in missing)
        unit.complaints.add("CS221", span, f"{callee} needs {names}", f"it takes {_signature(callee)}")
    for name, argument in given.items():
        kind = contradicts(argument.value, callee.types.get(name), unit.names)
        if kind is not None:
            _complain_of_type(unit, callee, name, argument, kind)


def _complain_of_type(unit: Unit, callee: Callee, name: str, argument: tree.Argument, kind: str) -> None:
    message = f"parameter `{name}` of {callee} is declared `{type_text(callee.types[name])}`, and this is {kind}"
    unit.complaints.add("CS232", argument.value.span, message)


def _match(unit: Unit, callee: Callee, arguments: tuple[tree.Argument, ...]) -> tuple[dict[str, tree.Argument], bool]:
    """The argument for each parameter, and whether a name belongs to none; complains about all that do not fit."""
    places = [p.name for p in callee.parameters if p.kind in ("position", "either")]
    named = {p.name for p in callee.parameters if p.kind in ("either", "keyword")}
    kinds = {p.kind for p in callee.parameters}
    given: dict[str, tree.Argument] = {}
    position, surplus, strangers = 0, False, False
    for argument in arguments:
        match argument.form:
            case "**":
                continue
            case "*":
                position = len(places)  # nobody knows how many
            case "" if position < len(places):
                given[places[position]] = argument
                position += 1
            case "":
                surplus = surplus or not ("rest" in kinds or any(a.form == "*" for a in arguments))
                if surplus:
                    message = f"{callee} takes {_count(len(places))} by position, and this is one more"
                    unit.complaints.add("CS220", argument.span, message, f"it takes {_signature(callee)}")
            case name if name in given:
                unit.complaints.add("CS223", argument.span, f"{callee} is given `{name}` twice")
            case name if name in named:
                given[name] = argument
            case name if "keywords" not in kinds:
                strangers = True
                _complain_of_name(unit, callee, name, argument, sorted(named))
            case _:
                pass
    return given, strangers


def _complain_of_name(unit: Unit, callee: Callee, name: str, argument: tree.Argument, named: list[str]) -> None:
    span = Span(argument.span.start, argument.span.start + len(name))
    hint = near_miss(name, named) or f"it takes {_signature(callee)}"
    unit.complaints.add("CS222", span, f"{callee} has no parameter `{name}`", hint)


def _count(number: int) -> str:
    return "one argument" if number == 1 else f"{number or 'no'} arguments"


def _signature(callee: Callee) -> str:
    marks = {"rest": "*", "keywords": "**"}
    shown = [marks.get(p.kind, "") + p.name + ("" if p.required or p.kind in marks else "=…") for p in callee.parameters]
    return f"`{callee.name}({', '.join(shown)})`"
