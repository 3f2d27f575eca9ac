"""An object that is known gets the content of another: what a task has changed in its arguments, told again on resuming."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any

from msgspec import Struct

from cascade.durable.classes import layout_of, members_of
from cascade.durable.instances import codec_of
from cascade.errors import Problem, StoreError

__all__ = ["can_change", "replace"]


def can_change(value: Any) -> bool:
    """Whether `replace` knows how."""
    if isinstance(value, list | dict | set | bytearray | deque):
        return True
    layout = None if isinstance(value, type) else layout_of(type(value))
    return layout is not None and layout.shape not in ("enum", "namedtuple")


def replace(value: Any, content: Any) -> None:
    """Both are of one type. ``content`` is used up."""
    if isinstance(value, list | bytearray):
        value[:] = content
    elif isinstance(value, dict | set):
        value.clear()
        value.update(content)
    elif isinstance(value, deque):
        value.clear()
        value.extend(content)
    elif can_change(value):
        _replace_attributes(value, content)
    else:
        raise StoreError(Problem("CS502", f"a stored value is damaged: a {type(value).__qualname__} can not change"))


def _replace_attributes(value: Any, content: Any) -> None:
    codec = codec_of(content)
    assert codec is not None
    assert codec.fill is not None
    if hasattr(value, "__dict__"):
        value.__dict__.clear()
    for member in () if isinstance(value, Struct) else members_of(type(value)).values():
        with suppress(AttributeError):
            member.__delete__(value)
    codec.fill(value, codec.take(content))
