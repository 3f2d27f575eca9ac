"""What a task has changed in its arguments: found by comparing, and done again when a run goes the same way.

Of each object that can change there is a shallow copy from before the call. Lists and dicts that grew or lost a part are told
by that part alone, so that a list of a thousand items to which each call adds one costs one item a call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from operator import is_
from typing import Any

from cascade.durable.codecs import Codecs, Refused
from cascade.durable.replacing import can_change

__all__ = ["Before", "apply_changes", "changes_since", "copies_of", "has_changed"]

Before = Sequence[tuple[int, Any, Any]]
"""The place of an object among those that a call could reach, the object, and what it held."""

_FIXED = frozenset({str, bytes, int, tuple, frozenset, float, complex, range, type})
_COPIES: dict[type, Callable[[Any], Any]] = {list: list, dict: dict, bytearray: bytes, deque: list, set: set}


def copies_of(objects: Sequence[Any], codecs: Codecs) -> Before:
    """What is to be compared later, of the objects that a call can reach."""
    found: list[tuple[int, Any, Any]] = []
    for number, value in enumerate(objects):
        kind = type(value)
        if kind in _FIXED:
            continue
        copy = _COPIES.get(kind)
        if copy is not None:
            found.append((number, value, copy(value)))
        elif can_change(value):
            found.append((number, value, _parts(value, codecs)))
    return found


def _parts(value: Any, codecs: Codecs) -> Any:
    try:
        return tuple(codecs.of(value).take(value))
    except Refused:
        return None


def has_changed(before: Before, codecs: Codecs) -> bool:
    """Whether one of them is not what it was."""
    return any(not _is_same(value, old, codecs) for _, value, old in before)


def _is_same(value: Any, old: Any, codecs: Codecs) -> bool:
    kind = type(value)
    if kind is list:
        return len(value) == len(old) and all(map(is_, value, old))
    if kind is dict:
        return len(value) == len(old) and all(map(is_, value, old)) and all(map(is_, value.values(), old.values()))
    if kind is bytearray or kind is set:
        return bool(value == old)
    if kind is deque:
        return len(value) == len(old) and all(map(is_, value, old))
    parts = _parts(value, codecs)
    if parts is None or old is None:
        return parts is old
    return len(parts) == len(old) and all(map(_is_same_part, parts, old))


def _is_same_part(part: Any, old: Any) -> bool:
    return part is old or (type(part) in (str, int, float, bool) and type(part) is type(old) and part == old)


def changes_since(before: Before, codecs: Codecs) -> tuple[list[list[Any]], list[Any]]:
    """The parts that lists and dicts gained or lost, as `apply_changes` takes them, and the other objects that have changed."""
    parts: list[list[Any]] = []
    whole: list[Any] = []
    for number, value, old in before:
        if _is_same(value, old, codecs):
            continue
        kind = type(value)
        if kind is list:
            start, stop, items = _splice(old, value)
            parts.append([number, start, stop, items])
        elif kind is dict and (update := _update(old, value)) is not None:
            parts.append([number, *update])
        else:
            whole.append(value)
    return parts, whole


def _splice(old: list[Any], new: list[Any]) -> tuple[int, int, list[Any]]:
    """``old[start:stop] = items`` makes ``new`` of ``old``."""
    least = min(len(old), len(new))
    start = 0
    while start < least and old[start] is new[start]:
        start += 1
    end = 0
    while end < least - start and old[-1 - end] is new[-1 - end]:
        end += 1
    return start, len(old) - end, new[start : len(new) - end]


def _update(old: dict[Any, Any], new: dict[Any, Any]) -> tuple[list[Any], dict[Any, Any]] | None:
    """Keys that went, and what was set then; None when that would give another order."""
    gone = [key for key in old if key not in new]
    fresh = [key for key in new if key not in old]
    if list(new) != [key for key in old if key in new] + fresh:
        return None
    return gone, {key: value for key, value in new.items() if key not in old or old[key] is not value}


def apply_changes(objects: Sequence[Any], parts: Sequence[Sequence[Any]]) -> None:
    """Do it again. ``objects`` are those that the call can reach. `LookupError` when they are not what they were then."""
    for number, *change in parts:
        value = objects[number]
        if len(change) == 3 and type(value) is list:
            start, stop, items = change
            if not 0 <= start <= stop <= len(value):
                raise LookupError("a list that a task changed is not as long as it was")
            value[start:stop] = items
        elif len(change) == 2 and type(value) is dict:
            gone, update = change
            for key in gone:
                del value[key]
            value.update(update)
        else:
            raise LookupError(f"a task changed a list or a dict, and here is a {type(value).__name__}")
