"""A result as one line of JSON.

JSON has fewer types than Python; these are written as what they come closest to:

    tuple, range, views of a dict      an array
    set, frozenset                     an array, sorted (two runs give the same line)
    dataclass, msgspec Struct, attrs   an object of their fields
    bytes, bytearray                   text: base64
    timedelta                          a number of seconds
    datetime, date, time               text: ISO 8601
    Enum                               its value
    Decimal, UUID, Path                text
    keys that are int, bool or None    text: ``1``, ``true``, ``null``

Everything else, NaN and the infinities included, is no JSON: `NotJson` says what it is and where in the result. Nesting may
be as deep as memory allows: the walk keeps its own stack.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from json.encoder import encode_basestring, encode_basestring_ascii

__all__ = ["NotJson", "to_json"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT_CLASSES = frozenset(("decimal.Decimal", "uuid.UUID"))


class NotJson(Exception):  # noqa: N818 - says where a value leaves JSON
    """``path`` in the result (``["items"][3]``, empty: the result itself) is ``found``, which JSON has no word for."""

    def __init__(self, path: str, found: str) -> None:
        super().__init__(path, found)
        self.path = path
        self.found = found


@dataclass(slots=True)
class _Open:
    """An array or object that is being written: the items to come, and the key of the one at hand."""

    value: object
    rest: Iterator[tuple[object, object]]
    close: str
    key: object = None
    started: bool = False


def to_json(value: object) -> str:
    """``value`` as JSON, on one line. Raises `NotJson`."""
    written: list[str] = []
    stack: list[_Open] = []
    inside: set[int] = set()
    _write(value, written, stack, inside)
    while stack:
        top = stack[-1]
        following = next(top.rest, None)
        if following is None:
            written.append(top.close)
            inside.discard(id(stack.pop().value))
            continue
        if top.started:
            written.append(", ")
        top.started = True
        top.key, item = following
        if top.close == "}":
            written.append(f"{_string(_key(top.key, stack))}: ")
        _write(item, written, stack, inside)
    return "".join(written)


def _write(value: object, written: list[str], stack: list[_Open], inside: set[int]) -> None:
    """Write a scalar, or open a container."""
    text = _scalar(value, stack)
    if text is not None:
        written.append(text)
        return
    opened = _container(value)
    if opened is None:
        raise NotJson(_path(stack), _name_of(value))
    if id(value) in inside:
        raise NotJson(_path(stack), f"the {type(value).__name__} that holds it, again")
    inside.add(id(value))
    stack.append(opened)
    written.append("{" if opened.close == "}" else "[")


def _scalar(value: object, stack: list[_Open]) -> str | None:
    """The text of a value that holds no others, None when it does (or is none of ours)."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Enum():
            return _enum(value, stack)
        case str():
            return _string(value)
        case int():
            return _integer(value, stack)
        case float():
            return _float(value, stack)
        case bytes() | bytearray():
            return _base64(value)
        case timedelta():
            seconds = value.total_seconds()
            return str(int(seconds)) if seconds.is_integer() else repr(seconds)
        case datetime() | date() | time():
            return _string(value.isoformat())
        case _:
            return _text_class(value)


def _text_class(value: object) -> str | None:
    if _full_name(type(value)) in _TEXT_CLASSES or _is_path(value):
        return _string(str(value))
    return None


def _enum(value: Enum, stack: list[_Open]) -> str:
    text = _scalar(value.value, stack)
    if text is None:
        raise NotJson(_path(stack), _name_of(value))
    return text


def _string(text: str) -> str:
    return encode_basestring_ascii(text) if _SURROGATE.search(text) else encode_basestring(text)


def _integer(value: int, stack: list[_Open]) -> str:
    try:
        return int.__repr__(value)
    except ValueError:
        raise NotJson(_path(stack), "an int of more digits than Python writes") from None


def _float(value: float, stack: list[_Open]) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise NotJson(_path(stack), f"the float {value}")
    return float.__repr__(value)


def _base64(value: bytes | bytearray) -> str:
    import binascii

    return f'"{binascii.b2a_base64(value, newline=False).decode("ascii")}"'


def _is_path(value: object) -> bool:
    return any(kind.__name__ == "PurePath" and kind.__module__.startswith("pathlib") for kind in type(value).__mro__)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _container(value: object) -> _Open | None:
    match value:
        case list() | tuple() | range():
            return _Open(value, iter(enumerate(value)), "]")
        case set() | frozenset():
            return _Open(value, iter(enumerate(_in_order(value))), "]")
        case Mapping():
            return _Open(value, iter(value.items()), "}")
        case _:
            return _view_or_record(value)


def _view_or_record(value: object) -> _Open | None:
    if isinstance(value, type(_EMPTY.keys()) | type(_EMPTY.values()) | type(_EMPTY.items())):
        return _Open(value, iter(enumerate(value)), "]")
    names = _field_names(value)
    return None if names is None else _Open(value, ((name, getattr(value, name)) for name in names), "}")


_EMPTY: dict[object, object] = {}


def _field_names(value: object) -> Iterable[str] | None:
    if isinstance(value, type) or type(value).__module__ == "builtins":  # functions of flows say that they are built in
        return None
    if is_dataclass(value):
        return [field.name for field in fields(value)]
    struct: tuple[str, ...] | None = getattr(type(value), "__struct_fields__", None)
    if struct is not None:
        return struct
    attrs: tuple[object, ...] | None = getattr(type(value), "__attrs_attrs__", None)
    return None if attrs is None else [str(getattr(one, "name", "")) for one in attrs]


def _in_order(value: set[object] | frozenset[object]) -> list[object]:
    """The items in an order that does not depend on hashes."""
    if len(value) < 2:
        return list(value)
    if all(isinstance(item, str) for item in value) or all(isinstance(item, int | float) for item in value):
        return sorted(value, key=_natural)
    return sorted(value, key=lambda item: (type(item).__name__, _text_of(item)))


def _natural(item: object) -> str | float:
    assert isinstance(item, str | int | float)
    return item


class _Sorting(threading.local):
    deep = 0


_sorting = _Sorting()
_DEEPEST_SORT = 1
"""Sets in sets that are put in order by their texts; below them by their sizes, or each level would double the work."""


def _text_of(item: object) -> str:
    if _sorting.deep >= _DEEPEST_SORT and isinstance(item, tuple | frozenset):
        return str(len(item))
    _sorting.deep += 1
    try:
        return to_json(item)
    except NotJson:
        return ""
    finally:
        _sorting.deep -= 1


def _key(key: object, stack: list[_Open]) -> str:
    match key:
        case Enum() if isinstance(key.value, str):
            return key.value
        case str():
            return key
        case None | bool() | int():
            return _plain_key(key, stack)
        case _:
            raise NotJson(_path(stack[:-1]), f"a dict whose key {_shortened(key)} is {_name_of(key)}")


def _plain_key(key: int | None, stack: list[_Open]) -> str:
    text = _scalar(key, stack) or ""
    holder = stack[-1].value
    if isinstance(holder, Mapping) and text in holder:
        raise NotJson(_path(stack[:-1]), f"a dict with both {key!r} and {text!r} as keys")
    return text


def _shortened(key: object) -> str:
    text = repr(key)
    return text if len(text) <= 40 else text[:37] + "…"


def _name_of(value: object) -> str:
    name = type(value).__qualname__ if not isinstance(value, type) else f"class {value.__qualname__}"
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def _path(stack: list[_Open]) -> str:
    steps = [f"[{one.key!r}]" for one in stack]
    if len(steps) > 12:
        steps[6:-6] = [" … "]
    return "".join(steps)
