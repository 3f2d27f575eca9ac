"""From the words of a command line, and from JSON, to values of declared types.

On the command line a `str` is the text itself, numbers and durations are as people write them, `bytes` are the text in
UTF-8, and everything else is JSON; for ``any``, text that is not JSON is a string. In JSON a duration is a number of
seconds or text like ``"30s"``, bytes are base64, tuples and sets are arrays, and an integer will do for a float. This file
knows types and values, not parameters.
"""

from __future__ import annotations

from datetime import timedelta

from cascade.declared import ANY, Mismatch, Type, item_types, kind_of
from cascade.durations import parse_duration

__all__ = ["from_json", "from_text", "parse_json"]

_TRUE = frozenset(("true", "yes", "1", "on"))
_FALSE = frozenset(("false", "no", "0", "off"))
_NONE = frozenset(("null", "none"))
_ORDER = (
    "None",
    "bool",
    "int",
    "float",
    "duration",
    "list",
    "dict",
    "tuple",
    "set",
    "frozenset",
    "any",
    "bytes",
    "str",
)
"""The options of a union are tried from the narrowest to the widest."""


def from_text(declared: Type, text: str) -> object:
    """The value that ``text`` means as ``declared``; `Mismatch` when it means none."""
    try:
        match declared.name:
            case "str":
                return text
            case "bytes":
                return text.encode("utf-8", "surrogateescape")
            case "bool":
                return _boolean(text.strip().lower())
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "duration":
                return parse_duration(text)
            case "None":
                _expect(text.strip().lower() in _NONE)
                return None
            case "|":
                return _first_option(declared, text)
            case _:
                return _from_json_text(declared, text)
    except ValueError:
        raise Mismatch("", f"`{_shortened(text)}`", declared) from None


def _from_json_text(declared: Type, text: str) -> object:
    try:
        value = parse_json(text)
    except ValueError:
        if declared.name not in ("list", "dict", "tuple", "set", "frozenset"):
            return text
        raise Mismatch("", f"`{_shortened(text)}`", declared) from None
    return from_json(declared, value)


def _boolean(word: str) -> bool:
    _expect(word in _TRUE | _FALSE)
    return word in _TRUE


def _expect(fits: bool) -> None:
    if not fits:
        raise ValueError


def _first_option(declared: Type, text: str) -> object:
    inner: Mismatch | None = None
    for option in _narrowest_first(declared):
        if option.name == "bool" and text.strip() in ("0", "1"):
            continue  # numbers, as the other options of the union may say
        try:
            return from_text(option, text)
        except Mismatch as mismatch:
            inner = mismatch if mismatch.path and inner is None else inner
    raise inner or Mismatch("", f"`{_shortened(text)}`", declared)


def _narrowest_first(declared: Type) -> list[Type]:
    return sorted(declared.arguments, key=lambda option: _ORDER.index(option.name) if option.name in _ORDER else 10)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def parse_json(text: str) -> object:
    """JSON as its standard has it (no NaN, no Infinity); `ValueError` when it is not that, or nests too deeply."""
    import json  # not every run has parameters

    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    return value


def _refuse(name: str) -> object:
    raise ValueError(f"JSON has no {name}")


def from_json(declared: Type, value: object) -> object:
    """``value``, as read from JSON, made into what ``declared`` says; `Mismatch` when it is not that."""
    match declared.name, value:
        case "|", _:
            return _first_json_option(declared, value)
        case ("bool", bool()) | ("str", str()) | ("None", None):
            return value
        case "int", int() if not isinstance(value, bool):
            return value
        case "float", int() | float() if not isinstance(value, bool):
            return _float(declared, value)
        case "duration", int() | float() | str() if not isinstance(value, bool):
            return _duration(declared, value)
        case "bytes", str():
            return _bytes(declared, value)
        case (("list" | "tuple" | "set" | "frozenset"), list()):
            return _items(declared, value)
        case "dict", dict():
            return _entries(declared, value)
        case (
            (
                "bool"
                | "str"
                | "None"
                | "int"
                | "float"
                | "duration"
                | "bytes"
                | "list"
                | "tuple"
                | "set"
                | "frozenset"
                | "dict"
            ),
            _,
        ):
            raise Mismatch("", _json_kind(value), declared)
        case _:
            return value


def _first_json_option(declared: Type, value: object) -> object:
    inner: Mismatch | None = None
    for option in _narrowest_first(declared):
        try:
            return from_json(option, value)
        except Mismatch as mismatch:
            inner = mismatch if mismatch.path and inner is None else inner
    raise inner or Mismatch("", _json_kind(value), declared)


def _json_kind(value: object) -> str:
    if isinstance(value, str):
        return f'the text "{_shortened(value)}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int | float) else kind_of(value)


def _float(declared: Type, value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Mismatch("", "an int too large", declared) from None


def _duration(declared: Type, value: int | float | str) -> timedelta:
    try:
        return parse_duration(value) if isinstance(value, str) else timedelta(seconds=value)
    except (ValueError, OverflowError):
        raise Mismatch("", _json_kind(value), declared) from None


def _bytes(declared: Type, value: str) -> bytes:
    import binascii

    try:
        return binascii.a2b_base64(value, strict_mode=True) if value else b""
    except ValueError:
        raise Mismatch("", f'the text "{_shortened(value)}", which is not base64,', declared) from None


def _items(declared: Type, value: list[object]) -> object:
    if declared.name == "tuple":
        wanted = item_types(declared, len(value))
        if wanted is None:
            raise Mismatch("", f"an array of {len(value)}", declared)
    else:
        wanted = (declared.arguments[0] if declared.arguments else ANY,) * len(value)
    items = [_within(index, one, item) for index, (one, item) in enumerate(zip(wanted, value, strict=True))]
    if declared.name == "list":
        return items
    try:
        return {"tuple": tuple, "set": set, "frozenset": frozenset}[declared.name](items)
    except TypeError:
        raise Mismatch("", "an array with an item that can not be in a set", declared) from None


def _entries(declared: Type, value: dict[str, object]) -> dict[object, object]:
    keys, values = declared.arguments if len(declared.arguments) == 2 else (ANY, ANY)
    made: dict[object, object] = {}
    for key, item in value.items():
        try:
            made[key if keys == ANY else from_text(keys, key)] = from_json(values, item)
        except Mismatch as mismatch:
            raise mismatch.within(key) from None
    return made


def _within(index: int, declared: Type, item: object) -> object:
    try:
        return from_json(declared, item)
    except Mismatch as mismatch:
        raise mismatch.within(index) from None
