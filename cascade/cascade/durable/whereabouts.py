"""Where in a value something is, as one would write it in Python: ``orders[3].customer``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from cascade.durable.classes import Layout

__all__ = ["path_of"]

_MOST_STEPS = 12


def path_of(name: str, objects: Sequence[Any]) -> str:
    """The path from the first object, which is called ``name``, to the last; each is a part of the one before."""
    steps = [_step(outer, inner) for outer, inner in pairwise(objects)]
    if len(steps) > _MOST_STEPS:
        half = _MOST_STEPS // 2
        steps[half:-half] = [" … "]
    return name + "".join(steps)


def _step(outer: Any, inner: Any) -> str:
    if isinstance(inner, Layout):
        return ""
    for step, value in _parts(outer):
        if value is inner:
            return step
    return ""


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key in value:
            yield f"[{_shown(key)}]", value[key]
        for key in value:
            yield f" (the key {_shown(key)})", key
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from zip((f".{name}" for name in value._fields), value, strict=False)
    elif isinstance(value, list | tuple | deque):
        for at, item in enumerate(value):
            yield f"[{at}]", item
    elif isinstance(value, set | frozenset):
        for item in value:
            yield " (an item of the set)", item
    else:
        yield from _attributes(value)


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    for name, held in getattr(value, "__dict__", {}).items():
        yield f".{name}", held
    names = (vars(kind).get("__slots__", ()) for kind in type(value).__mro__)
    for name in chain.from_iterable([name] if isinstance(name, str) else name for name in names):
        yield f".{name}", getattr(value, name, None)
    for name in getattr(value, "__struct_fields__", ()):
        yield f".{name}", getattr(value, name, None)
    if isinstance(value, BaseException):
        yield ".args", value.args
        yield ".__cause__", value.__cause__
        yield ".__context__", value.__context__


def _shown(key: object) -> str:
    if type(key) in (str, bytes, int, float, bool, type(None)):
        said = repr(key)
        return said if len(said) <= 40 else f"{said[:36]}…{said[0]}"
    return f"a {type(key).__qualname__}"
