"""More values of the reference: what Python flows and graphs of calls compute with, beside what `.csc` can say.

Library functions and built-in functions as values; patterns; jumps, tail calls and routes; arguments of calls with ``*``. It
shares no table with the machine.
"""

from __future__ import annotations

import bisect
import functools
import heapq
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from cascade_vm.control import Jump, TailCall
from cascade_vm.errors import CATCHABLE, pass_on
from cascade_vm.signature import bind

from cascade.reference_arguments import merge

__all__ = ["BUILT_IN", "ITERATORS", "MORE"]

_LEFT_OUT = ("attrgetter", "methodcaller", "call", "length_hint")
_FUNCTIONS: dict[str, Any] = {
    **{f"math.{name}": getattr(math, name) for name in dir(math) if callable(getattr(math, name)) and name[0] != "_"},
    **{f"bisect.{name}": getattr(bisect, name) for name in dir(bisect) if name[0] != "_"},
    **{f"heapq.{name}": getattr(heapq, name) for name in heapq.__all__ if name != "merge"},
    **{f"operator.{name}": getattr(operator, name) for name in operator.__all__ if name not in _LEFT_OUT},
    "functools.reduce": functools.reduce,
    "functools.cmp_to_key": functools.cmp_to_key,
}
_BUILT_IN: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        abs, all, any, ascii, bin, bool, bytearray, bytes, callable, chr, complex, dict, divmod, enumerate, filter, float,
        format, frozenset, hex, int, isinstance, issubclass, iter, len, list, map, max, min, next, object, oct, ord, pow,
        range, repr, reversed, round, set, slice, sorted, str, sum, tuple, type, zip,
    )
}  # fmt: skip


BUILT_IN: tuple[Any, ...] = tuple(value for table in (_BUILT_IN, CATCHABLE, _FUNCTIONS) for value in table.values())
"""Every function and type that a program may hold without having been given it."""


def _value_of(name: object) -> Any:
    for table in (_BUILT_IN, CATCHABLE, _FUNCTIONS):
        if isinstance(name, str) and name in table:
            return table[name]
    raise NameError(f"programs have no built-in {name!r}")


def _plain_value(value: object) -> object:
    if isinstance(value, Jump | TailCall):
        kind = type(value).__name__
        raise TypeError(f"a {kind} came from a call that is neither bound to a selector nor the target of the run")
    return value


def _jump_case(value: object, keys: Sequence[str]) -> int:
    if not isinstance(value, Jump):
        return -1
    for number, key in enumerate(keys):
        if key == value.target_key:
            return number
    raise LookupError(f"a jump to {value.target_key!r}, but the selector knows {', '.join(map(repr, keys)) or 'nothing'}")


def _jump_arguments(
    value: Jump, arguments: tuple[object, ...], told: tuple[tuple[str, ...], str] = ((), "")
) -> tuple[object, ...]:
    """``told`` has the names of what is given by position, and the first parameter if it is given by name instead."""
    names, first = told
    if isinstance(value.data, dict):
        changed = list(arguments)
        for position in range(min(len(names), len(changed))):
            if names[position] and names[position] in value.data:
                changed[position] = value.data[names[position]]
        return tuple(changed)
    if value.data is not None and not first:
        return (value.data, *arguments[1:])
    return arguments


def _jump_keywords(
    value: Jump, keywords: Mapping[str, object], told: tuple[tuple[str, ...], str] = ((), "")
) -> Mapping[str, object]:
    names, first = told
    changed = dict(keywords)
    if isinstance(value.data, dict):
        for name in value.data:
            if not (name and name in names):
                changed[name] = value.data[name]
    elif value.data is not None and first:
        changed[first] = value.data
    return changed


def _tail_call_case(value: object, fit: tuple[Any, ...] | None = None) -> bool:
    """``fit`` ends with the signature that the arguments have to fit."""
    if not isinstance(value, TailCall) or value.target is not None:
        return False
    try:
        return fit is None or bind(_Described(*fit[-1]), list(value.args), dict(value.kwargs)) is not None
    except TypeError:
        return False


def _route_case(value: object, keys: Sequence[object]) -> int:
    for number, key in enumerate(keys):
        if type(key) is type(value) and key == value:
            return number
    listed = ", ".join(map(repr, keys)) or "nothing"
    raise LookupError(f"the selector of a router gave {value!r}, but there are routes for {listed}")


def _zip_equal(names: Sequence[str], *iterables: Any) -> list[tuple[object, ...]]:
    columns = [list(iterable) for iterable in iterables]
    if any(len(column) != len(columns[0]) for column in columns):
        listed = ", ".join(f"`{name}` has {len(column)}" for name, column in zip(names, columns, strict=True))
        raise ValueError(f"a map needs iterables of one length: {listed}")
    return list(zip(*columns, strict=True))


def _is_sequence(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


class _Described:
    """A flow's name and parameters, as far as `bind` wants to know them."""

    def __init__(self, name: str, parameters: Sequence[tuple[Any, ...]]) -> None:
        self.name = name
        self.parameters = tuple(self._parameter(*each) for each in parameters)

    @staticmethod
    def _parameter(name: str, kind: str, required: bool, *default: object) -> Parameter:
        constant = Constant(default[0]) if default else None
        return Parameter(name, default=constant, computed=not required and not default, kind=kind)


def _are_plain(*values: object) -> bool:
    return all(_is_simple(value) or _is_flat(value) for value in values)


def _is_simple(value: object) -> bool:
    return value is None or type(value) in (bool, int, float, str, bytes)


def _is_flat(value: Any) -> bool:
    if type(value) is dict:
        return len(value) <= 8 and all(_is_simple(key) and _is_simple(item) for key, item in value.items())
    return type(value) in (tuple, list, set, frozenset) and len(value) <= 8 and all(map(_is_simple, value))


def _bind(described: tuple[Any, ...], arguments: list[object], keywords: dict[str, object]) -> tuple[object, ...]:
    return tuple(bind(_Described(*described), arguments, keywords))


def _bind_call(called: tuple[Any, str], /, *arguments: object, **keywords: object) -> tuple[object, ...]:
    return tuple(bind(_Described(*called[0]), arguments, keywords))


def _ended_by(items: list[object], error: BaseException) -> Iterator[object]:
    yield from items
    pass_on(error)
    raise error


MORE: dict[str, Callable[..., Any]] = {
    **_FUNCTIONS,
    "bytearray": bytearray, "callable": callable, "filter": filter, "isinstance": isinstance, "issubclass": issubclass,
    "iter": iter, "map": map, "next": next, "type": lambda value: type(value), "builtin": _value_of,
    "make_jump": Jump, "make_tail_call": TailCall, "are_plain": _are_plain, "jump_case": _jump_case,
    "jump_data": lambda value: value.data,
    "jump_arguments": _jump_arguments, "jump_keywords": _jump_keywords,
    "tail_call_case": _tail_call_case,
    "tail_arguments": lambda value: tuple(value.args), "tail_keywords": lambda value: dict(value.kwargs),
    "plain_value": _plain_value, "route_case": _route_case, "zip_equal": _zip_equal, "is_sequence": _is_sequence,
    "is_mapping": lambda value: isinstance(value, Mapping), "bind": _bind, "bind_call": _bind_call,
    "ended_by": _ended_by, "merge_keywords": lambda named, more, callee: merge(named, more, lambda: callee),
}  # fmt: skip
"""Operations by name."""

_ITERABLE: tuple[Any, ...] = ([], (), "", "é", b"", bytearray(), range(0), range(2**70), {}, {}.values(), {}.items(), set())
ITERATORS: tuple[type, ...] = tuple(type(iter(kind)) for kind in _ITERABLE)
"""What `iter` gives for built-in values."""
