"""What a name may be used for: variables and constants are read, tasks, flows and functions are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from cascade_compiler.csc.functions import FUNCTIONS, hint_for_absent, is_absent_builtin
from cascade_compiler.csc.symbols import ConstSymbol, FlowSymbol, Missing, TaskSymbol, Unit
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_grammar.spans import Span

__all__ = ["Names", "check_callable", "check_new_name", "check_read"]


class Names(msgspec.Struct, frozen=True):
    """The variables that an expression sees. ``elsewhere`` are those of other states: the state for each."""

    unit: Unit
    variables: Collection[str]
    elsewhere: Mapping[str, str] = {}


def check_read(names: Names, name: tree.Name, inner: Collection[str]) -> None:
    """Complain about a name that has no value."""
    if name.id in inner or name.id in names.variables:
        return
    unit = names.unit
    match unit.names.get(name.id):
        case ConstSymbol() | Missing():
            return
        case TaskSymbol():
            _complain_of_value(unit, name, "a task")
        case FlowSymbol():
            _complain_of_value(unit, name, "a flow")
        case None if name.id in FUNCTIONS:
            _complain_of_value(unit, name, "a function")
        case None:
            _complain_of_unknown(names, name, inner)


_ELSEWHERE = {
    **dict.fromkeys(("null", "nil", "none", "NULL", "undefined"), "write `None`"),
    **dict.fromkeys(("true", "TRUE"), "write `True`"),
    **dict.fromkeys(("false", "FALSE"), "write `False`"),
    **dict.fromkeys(("datetime", "time", "random", "uuid", "os", "sys", "json"), "what a Python module does is for a task"),
}
"""Words that mean something in other languages, or in Python."""


def _complain_of_value(unit: Unit, name: tree.Name, kind: str) -> None:
    message = f"`{name.id}` is {kind}, and can only be called"
    unit.complaints.add("CS216", name.span, message, f"as in `{name.id}(…)`; functions are no values")


def _complain_of_unknown(names: Names, name: tree.Name, inner: Collection[str]) -> None:
    state = names.elsewhere.get(name.id)
    hint: str | None
    if state is not None:
        hint = f"state `{state}` has one, and variables of a state are its own: hand it over, as in `jump state({name.id})`"
    else:
        constants = [word for word, symbol in names.unit.names.items() if isinstance(symbol, ConstSymbol)]
        found = near_miss(name.id, [*inner, *names.variables, *constants])
        hint = _ELSEWHERE.get(name.id) or found or (hint_for_absent(name.id) if is_absent_builtin(name.id) else None)
    names.unit.complaints.add("CS213", name.span, f"there is no variable `{name.id}` here", hint)


def check_callable(names: Names, name: tree.Name, inner: Collection[str]) -> bool:
    """Complain about a name that can not be called. True if it is certain what is called."""
    unit = names.unit
    if name.id in inner or name.id in names.variables:
        if isinstance(unit.names.get(name.id), TaskSymbol | FlowSymbol):
            return False  # that it is a variable too has been complained about
        _complain_of_call(unit, name.span, f"`{name.id}` is a variable here")
        return False
    match unit.names.get(name.id):
        case TaskSymbol() | FlowSymbol():
            return True
        case Missing():
            return False
        case ConstSymbol():
            _complain_of_call(unit, name.span, f"`{name.id}` is a constant")
            return False
        case None if name.id in FUNCTIONS:
            return True
        case None if is_absent_builtin(name.id):
            message = f"programs have no function `{name.id}`"
            unit.complaints.add("CS215", name.span, message, hint_for_absent(name.id))
            return False
        case None:
            known = [word for word, symbol in unit.names.items() if not isinstance(symbol, ConstSymbol)]
            hint = near_miss(name.id, [*known, *FUNCTIONS])
            hint = hint or f"import it, as in `from module import {name.id}`, or declare a flow of that name"
            message = f"there is no task, flow or function `{name.id}`"
            unit.complaints.add("CS214", name.span, message, hint)
            return False


def _complain_of_call(unit: Unit, span: Span, what: str) -> None:
    hint = "tasks, flows, built-in functions and methods of values can be called"
    unit.complaints.add("CS217", span, f"{what}, and can not be called", hint)


def check_new_name(unit: Unit, name: str, span: Span) -> None:
    """Complain about a variable that hides what the file has declared under its name."""
    match unit.names.get(name):
        case TaskSymbol():
            what = "a task"
        case FlowSymbol():
            what = "a flow"
        case ConstSymbol():
            what = "a constant"
        case Missing() | None:
            return
    message = f"`{name}` is {what} in this file, and can not be a variable too"
    unit.complaints.add("CS218", span, message, "choose another name")
