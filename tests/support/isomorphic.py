"""Whether two values are the same graph: equal types and contents, the same objects met twice. Knows nothing of the codec."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import msgspec

SCALARS = (type(None), bool, int, float, str, bytes)


def difference(left: Any, right: Any) -> str | None:
    """What is not the same; None when nothing is."""
    there: dict[int, int] = {}
    back: dict[int, int] = {}
    todo = [("value", left, right)]
    kept = []
    while todo:
        path, one, other = todo.pop()
        if type(one) is not type(other):
            return f"{path}: {type(one)} and {type(other)}"
        if isinstance(one, SCALARS) and not isinstance(one, Enum) and not _is_nan(one):
            if one != other or repr(one) != repr(other):
                return f"{path}: {one!r:.80} and {other!r:.80}"
            if not isinstance(one, str | bytes) or len(one) < 256:
                continue
        if there.get(id(one), id(other)) != id(other) or back.get(id(other), id(one)) != id(one):
            return f"{path}: another object"
        if id(one) in there:
            continue
        there[id(one)], back[id(other)] = id(other), id(one)
        kept += [one, other]
        found, others = _parts(one), _parts(other)
        if len(found) != len(others):
            return f"{path}: {len(found)} parts and {len(others)}"
        todo += [(f"{path}{name}", a, b) for (name, a), (_, b) in zip(found, others, strict=True)]
    return None


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, str | bytes) and not isinstance(value, Enum):
        return []
    if isinstance(value, list | deque) or (isinstance(value, tuple) and not hasattr(value, "_fields")):
        return [(f"[{at}]", item) for at, item in enumerate(value)]
    if isinstance(value, dict):
        return [(f"<key {at}>", key) for at, key in enumerate(value)] + [(f"[{key!r:.20}]", value[key]) for key in value]
    if isinstance(value, set | frozenset):
        return [(f"<{at}>", item) for at, item in enumerate(sorted(map(repr, value)))]
    if isinstance(value, tuple):
        return list(zip((f".{name}" for name in value._fields), value, strict=True))
    if isinstance(value, BaseException):
        links = ("args", "__cause__", "__context__", "__suppress_context__")
        return [(f".{name}", getattr(value, name)) for name in links] + [(".__dict__", value.__dict__)]
    if isinstance(value, msgspec.Struct):
        return [(f".{name}", getattr(value, name)) for name in value.__struct_fields__]
    if is_dataclass(value):
        return [(f".{field.name}", getattr(value, field.name, "absent")) for field in fields(value)]
    if isinstance(value, float):
        return [(" as bytes", struct.pack("<d", value))]
    return [(" as text", repr(value))]
