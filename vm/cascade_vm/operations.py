"""What `Compute` can compute: a closed table of operations on values.

An operation is a Python function with a name and with facts that the optimiser and the verifier need. Expressions mean what
they mean in CPython, so wherever Python has the function, it is Python's own. None of them reaches files, the network, the
clock, random numbers, addresses, or attributes by a computed name.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from cascade_vm import call_operations, choices, cursors, reading
from cascade_vm.attributes import delete_attribute, write_attribute
from cascade_vm.errors import CATCHABLE
from cascade_vm.library import CHANGES_ARGUMENTS, LIBRARY, VALUES

__all__ = ["BUILTINS", "COMPARISONS", "METHODS", "OPERATIONS", "PYTHON_BUILTINS", "Operation"]


class Operation(NamedTuple):
    """One operation.

    ``least`` and ``most`` bound the number of arguments (``most`` None: any). ``folds``: the result depends on the arguments
    alone when these are constants, and is a constant itself. ``raises``: it may raise. ``effect``: it changes an argument.
    """

    function: Callable[..., Any]
    least: int
    most: int | None
    folds: bool = False
    raises: bool = True
    effect: bool = False


def _slice_of(start: object, stop: object, step: object) -> slice:
    return slice(start, stop, step)


def _build_tuple(*items: object) -> tuple[object, ...]:
    return items


def _build_list(*items: object) -> list[object]:
    return list(items)


def _build_set(*items: object) -> set[object]:
    return set(items)


def _build_dict(*items: object) -> dict[object, object]:
    """Keys and values in turn."""
    return dict(zip(items[::2], items[1::2], strict=True))


def _append(items: list[object], item: object) -> None:
    items.append(item)


def _add(items: set[object], item: object) -> None:
    items.add(item)


def _put(items: dict[object, object], key: object, value: object) -> None:
    items[key] = value


def _extend(items: list[object], more: Iterable[object]) -> None:
    """``[*more]``: Python words the error of a display in its own way."""
    if not hasattr(type(more), "__iter__") and not hasattr(type(more), "__getitem__"):
        raise TypeError(f"Value after * must be an iterable, not {type(more).__name__}")
    items.extend(more)


def _update_set(items: set[object], more: Iterable[object]) -> None:
    items.update(more)


def _update_dict(items: dict[object, object], more: Any) -> None:
    """``{**more}``"""
    if not hasattr(more, "keys"):
        raise TypeError(f"'{type(more).__name__}' object is not a mapping")
    items.update(more)


_CONVERSIONS: dict[str, Callable[[object], str]] = {"s": str, "r": repr, "a": ascii}


def _format_value(value: object, conversion: str, spec: str) -> str:
    """A replacement field of an f-string; ``conversion`` is "", "s", "r" or "a"."""
    return format(_CONVERSIONS[conversion](value) if conversion else value, spec)


def _concat(*parts: str) -> str:
    return "".join(parts)


def _error(kind: str, /, *arguments: object, **named: object) -> Exception:
    """A new error of a kind that programs can name."""
    try:
        found = CATCHABLE[kind]
    except (KeyError, TypeError):
        raise TypeError(f"there is no error called {kind!r}") from None
    return found(*arguments, **named)


def _built_in(name: str) -> Any:
    """A built-in function or type as a value."""
    try:
        return VALUES[name]
    except (KeyError, TypeError):
        raise NameError(f"programs have no built-in {name!r}") from None


def _type_of(value: object) -> type:
    return type(value)


def _is_not(a: object, b: object) -> bool:
    return a is not b


def _not_in(a: object, b: Any) -> bool:
    return a not in b


_BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
_IN_PLACE = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "@=": operator.imatmul, "&=": operator.iand, "|=": operator.ior,
    "^=": operator.ixor, "<<=": operator.ilshift, ">>=": operator.irshift,
}  # fmt: skip
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda a, b: a in b, "not in": _not_in, "is": operator.is_, "is not": _is_not,
}  # fmt: skip
"""The operations that `Test` may test."""
_UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": operator.neg,
    "pos": operator.pos,
    "invert": operator.invert,
    "not": operator.not_,
}
_FOLDING_BUILTINS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "abs": (abs, 1, 1), "ascii": (ascii, 1, 1), "bin": (bin, 1, 1), "bool": (bool, 0, 1), "bytes": (bytes, 0, 3),
    "chr": (chr, 1, 1), "complex": (complex, 0, 2), "divmod": (divmod, 2, 2), "float": (float, 0, 1),
    "format": (format, 1, 2), "hex": (hex, 1, 1), "int": (int, 0, 2), "len": (len, 1, 1), "max": (max, 1, None),
    "min": (min, 1, None), "oct": (oct, 1, 1), "ord": (ord, 1, 1), "pow": (pow, 2, 3), "repr": (repr, 1, 1),
    "round": (round, 1, 2), "str": (str, 0, 3),
}  # fmt: skip
_BUILTINS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "all": (all, 1, 1), "any": (any, 1, 1), "dict": (dict, 0, None), "frozenset": (frozenset, 0, 1),
    "list": (list, 0, 1), "range": (range, 1, 3), "set": (set, 0, 1), "sorted": (sorted, 1, 3), "sum": (sum, 1, 2),
    "tuple": (tuple, 0, 1), "enumerate": (cursors.enumerated, 1, 2), "reversed": (cursors.reversed_, 1, 1),
    "zip": (cursors.zipped, 0, None),
}  # fmt: skip
_OF_PYTHON: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "bytearray": (bytearray, 0, 3), "callable": (callable, 1, 1), "filter": (cursors.filtered, 2, 2),
    "isinstance": (isinstance, 2, 2), "issubclass": (issubclass, 2, 2), "iter": (cursors.iterator, 1, 1),
    "map": (cursors.mapped, 2, None), "next": (next, 1, 2), "type": (_type_of, 1, 1),
}  # fmt: skip

OPERATIONS: dict[str, Operation] = {
    **{name: Operation(f, 2, 2, folds=True) for name, f in _BINARY.items()},
    **{name: Operation(f, 2, 2, folds=True) for name, f in COMPARISONS.items() if not name.startswith("is")},
    **{name: Operation(f, 1, 1, folds=True) for name, f in _UNARY.items()},
    **{name: Operation(f, 2, 2, effect=True) for name, f in _IN_PLACE.items()},
    "is": Operation(operator.is_, 2, 2, raises=False),
    "is not": Operation(_is_not, 2, 2, raises=False),
    "[]": Operation(operator.getitem, 2, 2, folds=True),
    "[]=": Operation(operator.setitem, 3, 3, effect=True),  # container, key, value
    "del []": Operation(operator.delitem, 2, 2, effect=True),
    "slice": Operation(_slice_of, 3, 3, raises=False),
    "build_tuple": Operation(_build_tuple, 0, None, folds=True, raises=False),
    "build_list": Operation(_build_list, 0, None, raises=False),
    "build_set": Operation(_build_set, 0, None),
    "build_dict": Operation(_build_dict, 0, None),
    "append": Operation(_append, 2, 2, effect=True),
    "add": Operation(_add, 2, 2, effect=True),
    "put": Operation(_put, 3, 3, effect=True),  # dict, key, value
    "extend": Operation(_extend, 2, 2, effect=True),
    "update_set": Operation(_update_set, 2, 2, effect=True),
    "update_dict": Operation(_update_dict, 2, 2, effect=True),
    "format_value": Operation(_format_value, 3, 3, folds=True),
    "concat": Operation(_concat, 0, None, folds=True),
    "error": Operation(_error, 1, None),
    "set_attribute": Operation(write_attribute, 3, 3, effect=True),  # target, name, value
    "del_attribute": Operation(delete_attribute, 2, 2, effect=True),
    **{name: Operation(f, least, most, folds=True) for name, (f, least, most) in _FOLDING_BUILTINS.items()},
    **{name: Operation(f, least, most) for name, (f, least, most) in _BUILTINS.items()},
    **{name: Operation(f, least, most, effect=True) for name, (f, least, most) in _OF_PYTHON.items()},
    **{name: Operation(f, 0, None, effect=name in CHANGES_ARGUMENTS) for name, f in LIBRARY.items()},
    "builtin": Operation(_built_in, 1, 1),
    **{name: Operation(f, count, most) for name, (f, count, most) in choices.OPERATIONS.items()},
    **{name: Operation(f, count, most, effect=True) for name, (f, count, most) in call_operations.OPERATIONS.items()},
    **{name: Operation(f, count, most, effect=True) for name, (f, count, most) in reading.OPERATIONS.items()},
}
"""Every operation by name. Python's built-in functions keep their names."""

BUILTINS: frozenset[str] = frozenset({*_FOLDING_BUILTINS, *_BUILTINS})
"""The operations that a program calls by name, as Python's built-in functions."""

PYTHON_BUILTINS: frozenset[str] = BUILTINS | frozenset({*_OF_PYTHON, "slice"})
"""Those that a Python flow calls by name."""


def _public(kind: type) -> frozenset[str]:
    return frozenset(name for name in dir(kind) if not name.startswith("_"))


METHODS: dict[type, frozenset[str]] = {
    kind: _public(kind)
    for kind in (
        str, bool, int, float, complex, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice, timedelta,
    )
}  # fmt: skip
"""The built-in types whose methods run in the machine, and which methods those are."""
