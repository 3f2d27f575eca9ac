"""Calls of values that are done at once, and again when a run goes the same way: nothing of them is in a log.

    how = str.upper
    return how(word)

They are those that the machine makes itself where they are written as calls of methods: methods of built-in values, whose
answer depends on nothing but what they are given. Here the method is a value, so it may be given anything. What could call
code of somebody else (a sort key, an iterator, ``__eq__`` of an argument), or show the order of a set, is left to the journal.
Parts of lists and dicts are taken as the machine takes them: it compares them, too.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from inspect import getattr_static
from operator import attrgetter, itemgetter, methodcaller
from types import BuiltinMethodType, MemberDescriptorType, MethodDescriptorType
from typing import Any, Final

from cascade_vm.names import is_public
from cascade_vm.operations import METHODS

__all__ = ["is_done_at_once"]

_KINDS: Final = METHODS.keys() - {set, frozenset}
"""The types whose methods these are, and of whose values these calls may be given; with None, of which there are no methods."""
_PLAIN: Final = _KINDS | {type(None)}
_LEFT_OUT: Final = frozenset(("format", "format_map"))
"""They reach attributes by computed names, so the machine has a guard for them."""
_READS: Final = (object.__getattribute__, tuple.__getattribute__)
_FIELDS: Final = (MemberDescriptorType, type(namedtuple("_", "field").field))  # type: ignore[attr-defined]
_PROPERTY: Final = property()


def is_done_at_once(target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> bool:
    """Whether a call needs no journal."""
    kind = type(target)
    if kind is attrgetter:
        return len(arguments) == 1 and not keywords and all(_holds(arguments[0], name) for name in target.__reduce__()[1])
    if not _are_plain(arguments) or not _are_plain(keywords.values()):
        return False
    if kind is MethodDescriptorType:
        return (
            bool(arguments) and type(arguments[0]) is target.__objclass__ and _is_method(target.__objclass__, target.__name__)
        )
    if kind is BuiltinMethodType:  # also what functions of modules are of, such as `time.time`: those belong to their module
        owner = target.__self__
        return _is_method(owner if isinstance(owner, type) else type(owner), target.__name__)
    if kind is itemgetter:
        return len(arguments) == 1 and _are_plain(target.__reduce__()[1])
    if kind is methodcaller and len(arguments) == 1:
        made, given = target.__reduce__()
        return made is methodcaller and _is_method(type(arguments[0]), given[0]) and _are_plain(given[1:])
    return False


def _is_method(kind: type, name: str) -> bool:
    return kind in _KINDS and name in METHODS[kind] and name not in _LEFT_OUT


def _are_plain(values: Any) -> bool:
    return all(type(value) in _PLAIN for value in values)


def _holds(value: object, name: str) -> bool:
    """Whether ``value.name`` is something that the value holds: reading it calls nobody."""
    kind = type(value)
    if not is_public(name) or kind.__getattribute__ not in _READS or hasattr(kind, "__getattr__"):
        return False
    found = getattr_static(value, name, _PROPERTY)
    return type(found) in _FIELDS or not hasattr(type(found), "__get__")
