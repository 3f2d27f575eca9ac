"""The reader of the JSON twin: the inverse of `readable.to_json`.

Every entry must be there, be of its type, and mean something. Whatever is not so is a `BlueprintError` CS311. Whether the
program makes sense is the verifier's to say.

Knows operands by their roles, and no opcode by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from cascade_vm import limits, opcodes, roles
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task, TaskParameter
from cascade_vm.constants import Constant
from cascade_vm.errors import BlueprintError
from cascade_vm.literals import parse_float
from cascade_vm.opcodes import Instruction, Role
from cascade_vm.roles import Shape

__all__ = ["FORMAT", "from_json"]

FORMAT = "cascade blueprint 2"


class _MalformedError(ValueError):
    """Says what is not as it should be."""


def from_json(text: str) -> Blueprint:
    """The Blueprint that the JSON says; `BlueprintError` CS311 when it says none."""
    try:
        return _blueprint(_Object(json.loads(text, object_pairs_hook=_distinct), "the document"))
    except (ValueError, RecursionError) as error:
        raise BlueprintError("CS311", f"this JSON is not a Blueprint: {error}") from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise _MalformedError("an object names an entry twice")
    return entries


class _Object:
    """A JSON object, whose entries are asked for by name and type. `ValueError` for what is not there or of another type."""

    def __init__(self, value: object, what: str) -> None:
        if not isinstance(value, dict):
            raise _MalformedError(f"{what} is not an object")
        self._entries: Mapping[str, object] = value
        self._what = what
        self._asked: set[str] = set()

    def __getitem__(self, name: str) -> object:
        self._asked.add(name)
        if name not in self._entries:
            raise _MalformedError(f"{self._what} has no {name!r}")
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def text(self, name: str) -> str:
        return _text(self[name], name)

    def text_or_none(self, name: str) -> str | None:
        return None if self[name] is None else self.text(name)

    def number(self, name: str) -> int:
        return _number(self[name], name)

    def flag(self, name: str) -> bool:
        value = self[name]
        if not isinstance(value, bool):
            raise _MalformedError(f"{name!r} is not true or false")
        return value

    def rows(self, name: str) -> list[object]:
        return _list(self[name], name)

    def end(self) -> None:
        """Every entry must have been asked for: none is silently ignored."""
        for name in self._entries:
            if name not in self._asked:
                raise _MalformedError(f"{self._what} has a {name[:60]!r}, which means nothing")


def _text(value: object, what: str) -> str:
    if isinstance(value, dict) and [*value] == ["utf8"] and isinstance(value["utf8"], str):
        return bytes.fromhex(value["utf8"]).decode("utf-8", "surrogatepass")
    if not isinstance(value, str):
        raise _MalformedError(f"{what!r} is not text")
    return value


def _number(value: object, what: str) -> int:
    if type(value) is not int:
        raise _MalformedError(f"{what!r} is not an integer")
    return value


def _list(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise _MalformedError(f"{what!r} is not a list")
    return value


# --- the program -----------------------------------------------------------------------------------------------------


def _blueprint(document: _Object) -> Blueprint:
    if document.text("format") != FORMAT:
        raise _MalformedError(f"its format is not {FORMAT!r}")
    blueprint = Blueprint(
        flows=tuple(_flow(_Object(flow, "a flow")) for flow in document.rows("flows")),
        tasks=tuple(_task(_Object(task, "a task")) for task in document.rows("tasks")),
        files=tuple(_text(name, "a file") for name in document.rows("files")),
        entry=None if document["entry"] is None else document.number("entry"),
        strict=document.flag("strict"),
    )
    document.end()
    return blueprint


def _task(entry: _Object) -> Task:
    parameters = None
    if entry["parameters"] is not None:
        parameters = tuple(_task_parameter(_Object(row, "a parameter")) for row in entry.rows("parameters"))
    task = Task(entry.text("name"), parameters, entry.flag("pure"), entry.flag("total"))
    entry.end()
    return task


def _task_parameter(entry: _Object) -> TaskParameter:
    parameter = TaskParameter(entry.text("name"), entry.text("kind"), entry.flag("required"))
    entry.end()
    return parameter


def _flow(entry: _Object) -> Flow:
    flow = Flow(
        name=entry.text("name"),
        parameters=tuple(_parameter(_Object(row, "a parameter")) for row in entry.rows("parameters")),
        registers=entry.number("registers"),
        constants=tuple(Constant(_constant(value, 0)) for value in entry.rows("constants")),
        code=tuple(_instruction(_Object(row, "an instruction")) for row in entry.rows("code")),
        places=tuple(_number(place, "a place") for place in entry.rows("places")),
        locations=tuple(_location(_Object(row, "a location")) for row in entry.rows("locations")),
        handlers=tuple(_handler(_Object(row, "a handler")) for row in entry.rows("handlers")),
        variables=tuple(None if name is None else _text(name, "a variable") for name in entry.rows("variables")),
        returns=entry.text("returns"),
        doc=entry.text_or_none("doc"),
        branch=entry.flag("branch"),
    )
    entry.end()
    return flow


def _parameter(entry: _Object) -> Parameter:
    default = Constant(_constant(entry["default"], 0)) if "default" in entry else None
    parameter = Parameter(entry.text("name"), entry.text("type"), default, entry.flag("computed"), entry.text("kind"))
    entry.end()
    return parameter


def _location(entry: _Object) -> Location:
    location = Location(
        entry.number("file"),
        entry.number("line"),
        entry.number("column"),
        entry.number("end_line"),
        entry.number("end_column"),
        entry.text("flow"),
        entry.number("caller"),
    )
    entry.end()
    return location


def _handler(entry: _Object) -> Handler:
    handler = Handler(
        entry.number("start"),
        entry.number("end"),
        entry.number("target"),
        entry.number("error"),
        entry.flag("cleanup"),
    )
    entry.end()
    return handler


# --- instructions ----------------------------------------------------------------------------------------------------


def _instruction(entry: _Object) -> Instruction:
    name = entry.text("op")
    kind = roles.OPCODE_CALLED.get(name)
    if kind is None:
        raise _MalformedError(f"there is no opcode {name[:60]!r}")
    instruction = kind(*(_operand(entry[name], role, roles.SHAPES[role]) for name, role in roles.OPERANDS[kind]))
    entry.end()
    return instruction


def _operand(value: object, role: Role, shape: Shape) -> object:
    match shape:
        case Shape.TEXT:
            return _text(value, role.name)
        case Shape.TEXTS:
            return tuple(_text(item, role.name) for item in _list(value, role.name))
        case Shape.NUMBER:
            return _operand_number(value, role)
        case Shape.NUMBERS:
            return tuple(_operand_number(item, role) for item in _list(value, role.name))
        case Shape.GROUPS:
            return tuple(
                tuple(_operand_number(item, role) for item in _list(group, role.name)) for group in _list(value, role.name)
            )


_PREFIXES: dict[Role, tuple[str, ...]] = {
    opcodes.WRITES: ("r",),
    opcodes.WRITES_MANY: ("r",),
    opcodes.READS: ("r", "c"),
    opcodes.READS_MANY: ("r", "c"),
    opcodes.READS_RAW: ("r", "c"),
    opcodes.READS_RAW_MANY: ("r", "c"),
    opcodes.GROUPS: ("r", "c"),
    opcodes.LABEL: ("@",),
    opcodes.LABELS: ("@",),
}


def _operand_number(value: object, role: Role) -> int:
    prefixes = _PREFIXES.get(role)
    if prefixes is None:
        return _number(value, role.name)
    if not isinstance(value, str) or not value.startswith(prefixes):
        raise _MalformedError(f"an operand that {role.name} is not {' or '.join(prefix + '0' for prefix in prefixes)}")
    number = int(value[1:])
    return -1 - number if value.startswith("c") else number


# --- constants -------------------------------------------------------------------------------------------------------


def _constant(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise _MalformedError("a constant is null, true, false, an integer, text, or an object with one entry")
    if depth >= limits.CONSTANT_DEPTH:
        raise _MalformedError(f"a constant has more than {limits.CONSTANT_DEPTH} tuples within each other")
    ((kind, content),) = value.items()
    build = _CONSTANTS.get(kind)
    if build is None:
        raise _MalformedError(f"{kind[:60]!r} is no kind of constant")
    return build(content, depth)


def _hexadecimal(content: object, depth: int) -> int:
    return int(_text(content, "int"), 16)


def _float(content: object, depth: int) -> float:
    return parse_float(_text(content, "float"))


def _bytes(content: object, depth: int) -> bytes:
    return bytes.fromhex(_text(content, "bytes"))


def _utf8(content: object, depth: int) -> str:
    return _text({"utf8": content}, "utf8")


def _tuple(content: object, depth: int) -> tuple[object, ...]:
    return tuple(_constant(item, depth + 1) for item in _list(content, "tuple"))


def _frozenset(content: object, depth: int) -> frozenset[object]:
    items = _tuple(content, depth)
    if len(items) > limits.SET_ITEMS:
        raise _MalformedError(f"a frozenset has more than {limits.SET_ITEMS} items")
    result = frozenset(items)
    if len(result) != len(items):
        raise _MalformedError("the items of a frozenset are not distinct")
    return result


def _complex(content: object, depth: int) -> complex:
    parts = [_float(part, depth) for part in _list(content, "complex")]
    if len(parts) != 2:
        raise _MalformedError("a complex number has two parts")
    return complex(*parts)


def _duration(content: object, depth: int) -> timedelta:
    parts = [_number(part, "duration") for part in _list(content, "duration")]
    if len(parts) != 3:
        raise _MalformedError("a duration has days, seconds and microseconds")
    try:
        return timedelta(*parts)
    except OverflowError:
        raise _MalformedError("a duration is out of range") from None


def _ellipsis(content: object, depth: int) -> object:
    return ...


_CONSTANTS: dict[str, Callable[[object, int], object]] = {
    "int": _hexadecimal,
    "float": _float,
    "utf8": _utf8,
    "bytes": _bytes,
    "tuple": _tuple,
    "frozenset": _frozenset,
    "complex": _complex,
    "duration": _duration,
    "ellipsis": _ellipsis,
}
