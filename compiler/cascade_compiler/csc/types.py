"""Types in signatures: which there are, and whether a value that stands in the text can be of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cascade_compiler.csc.constants import NotConstant, evaluate
from cascade_compiler.csc.symbols import Symbol, Unit
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss

__all__ = ["check_type", "contradicts"]

_ARGUMENTS = {"list": 1, "set": 1, "frozenset": 1, "dict": 2}
_TYPES = ("any", "bool", "int", "float", "str", "bytes", "duration", "None", "tuple", *_ARGUMENTS)


_ELSEWHERE = {
    "Optional": "write `… | None`",
    "Union": "write `… | …`",
    "object": "write `any`",
    "timedelta": "write `duration`",
    "string": "write `str`",
    "number": "write `int | float`",
}
"""How other places call them."""


def check_type(unit: Unit, written: tree.TypeName | None) -> bool:
    """Complain about types that there are not; whether all is well."""
    if written is None:
        return True
    name, arguments = written.name, written.arguments
    if name not in ("|", *_TYPES):
        hint = _ELSEWHERE.get(name) or near_miss(name, _TYPES) or f"the types are {', '.join(f'`{kind}`' for kind in _TYPES)}"
        unit.complaints.add("CS230", written.span, f"there is no type `{name}`", hint)
        return False
    if name == "tuple":
        if len(arguments) == 2 and arguments[1].name == "...":
            arguments = arguments[:1]
    elif name != "|" and arguments and len(arguments) != _ARGUMENTS.get(name, 0):
        takes = {0: "nothing", 1: "one type", 2: "two types"}[_ARGUMENTS.get(name, 0)]
        message = f"`{name}` takes {takes} between its brackets"
        unit.complaints.add("CS231", written.span, message)
        return False
    return [check_type(unit, argument) for argument in arguments].count(False) == 0  # each is looked at


def contradicts(expression: tree.Expression, written: tree.TypeName | None, names: Mapping[str, Symbol]) -> str | None:
    """What the expression is, if that can be seen and is not of the type that is written."""
    if written is None:
        return None
    try:
        value = evaluate(expression, names)
    except NotConstant:
        kind = _display(expression)
        return None if kind is None or _may_be(kind, written) else f"a {kind}"
    return None if _is_of(value, written) else _shown(value)


def _shown(value: object) -> str:
    shown = repr(value)
    kind = "duration" if isinstance(value, timedelta) else type(value).__name__
    if value is None:
        return "`None`"
    return f"the {kind} `{shown}`" if len(shown) <= 40 and kind != "duration" else f"a {kind}"


def _display(expression: tree.Expression) -> str | None:
    """The type that an expression has by its form."""
    match expression:
        case tree.FString():
            return "str"
        case tree.ListDisplay() | tree.ParallelMap():
            return "list"
        case tree.TupleDisplay():
            return "tuple"
        case tree.SetDisplay():
            return "set"
        case tree.DictDisplay():
            return "dict"
        case tree.Comprehension(kind=kind):
            return "list" if kind == "generator" else kind
        case _:
            return None


def _may_be(kind: str, written: tree.TypeName) -> bool:
    if written.name == "|":
        return any(_may_be(kind, member) for member in written.arguments)
    return written.name in ("any", kind) or written.name not in _TYPES


def _is_of(value: object, written: tree.TypeName) -> bool:
    arguments = written.arguments
    match written.name:
        case "|":
            return any(_is_of(value, member) for member in arguments)
        case "None":
            return value is None
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int)
        case "float":
            return isinstance(value, int | float)
        case "str":
            return isinstance(value, str)
        case "bytes":
            return isinstance(value, bytes)
        case "duration":
            return isinstance(value, timedelta | int | float) and not isinstance(value, bool)
        case "list" | "set" | "frozenset" | "dict" | "tuple":
            return type(value).__name__ == written.name and _holds(value, arguments)
        case _:
            return True


def _holds(value: object, arguments: tuple[tree.TypeName, ...]) -> bool:
    """Whether the items of a container are of the types between the brackets."""
    if not arguments:
        return True
    match value:
        case dict():
            return len(arguments) != 2 or all(
                _is_of(key, arguments[0]) and _is_of(item, arguments[1]) for key, item in value.items()
            )
        case tuple() if len(arguments) != 2 or arguments[1].name != "...":
            return len(value) == len(arguments) and all(map(_is_of, value, arguments))
        case list() | set() | frozenset() | tuple():
            return all(_is_of(item, arguments[0]) for item in value)
        case _:
            return True
