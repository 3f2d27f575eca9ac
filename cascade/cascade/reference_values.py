"""The values of the reference: what each operation of `graph.Operate` does.

Operations are Python's own wherever Python has them. Knows no flows, frames or hosts, and shares no table with the machine.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cascade_vm.errors import CATCHABLE
from cascade_vm.formatting import format_method
from cascade_vm.names import is_public, opens_attributes

from cascade.reference_arguments import pass_as, spread
from cascade.reference_library import ITERATORS, MORE
from cascade.reference_reading import READING

__all__ = ["LAZY", "METHODS", "OPERATIONS", "is_error", "method_of", "operate", "read_attribute", "unpack"]


def _append(items: list[object], item: object) -> None:
    items.append(item)


def _put(items: dict[object, object], key: object, value: object) -> None:
    items[key] = value


def _extend(items: list[object], more: Any) -> None:
    items += spread(more)


def _update_dict(items: dict[object, object], more: Any) -> None:
    if not hasattr(more, "keys"):
        raise TypeError(f"'{type(more).__name__}' object is not a mapping")
    items.update(more)


def _format_value(value: object, conversion: str, spec: str) -> str:
    conversions: dict[str, Callable[[object], object]] = {"": lambda v: v, "s": str, "r": repr, "a": ascii}
    return format(conversions[conversion](value), spec)


def _set_attribute(target: object, name: str, value: object) -> None:
    _check_public(name)
    setattr(target, name, value)


def _del_attribute(target: object, name: str) -> None:
    _check_public(name)
    delattr(target, name)


def _check_public(name: object) -> None:
    if not isinstance(name, str) or not is_public(name):
        raise AttributeError(f"programs reach public attributes only, not {name!r}")


def _error(kind: object, /, *arguments: object, **named: object) -> Exception:
    if not isinstance(kind, str) or kind not in CATCHABLE:
        raise TypeError(f"there is no error called {kind!r}")
    return CATCHABLE[kind](*arguments, **named)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "@=": operator.imatmul, "&=": operator.iand, "|=": operator.ior,
    "^=": operator.ixor, "<<=": operator.ilshift, ">>=": operator.irshift,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda a, b: a in b, "not in": lambda a, b: a not in b, "is": operator.is_, "is not": operator.is_not,
    "neg": operator.neg, "pos": operator.pos, "invert": operator.invert, "not": operator.not_,
    "[]": operator.getitem, "[]=": operator.setitem, "del []": operator.delitem, "slice": slice,
    "build_tuple": lambda *items: items, "build_list": lambda *items: list(items), "build_set": lambda *items: set(items),
    "build_dict": lambda *pairs: dict(zip(pairs[::2], pairs[1::2], strict=True)),
    "append": _append, "add": set.add, "put": _put, "extend": _extend, "update_set": set.update,
    "update_dict": _update_dict, "set_attribute": _set_attribute, "del_attribute": _del_attribute,
    "format_value": _format_value, "concat": lambda *parts: "".join(parts), "error": _error,
    "abs": abs, "all": all, "any": any, "ascii": ascii, "bin": bin, "bool": bool, "bytes": bytes, "chr": chr,
    "complex": complex, "dict": dict, "divmod": divmod, "enumerate": enumerate, "float": float, "format": format,
    "frozenset": frozenset, "hex": hex, "int": int, "len": len, "list": list, "max": max, "min": min, "oct": oct,
    "ord": ord, "pow": pow, "range": range, "repr": repr, "reversed": reversed, "round": round, "set": set,
    "sorted": sorted, "str": str, "sum": sum, "tuple": tuple, "zip": zip,
    **MORE,
    **READING,
}  # fmt: skip
"""Every operation of `graph.Operate` by its name."""


def operate(name: str, values: list[Any], forms: tuple[str, ...]) -> object:
    """The value of an operation. Of some the first argument says what is called."""
    if not forms:
        return OPERATIONS[name](*values)
    if name in ("error", "bind_call"):
        (first, *values), forms = values, forms[1:]
        arguments, keywords = pass_as(forms, values, lambda: f"{first}()" if name == "error" else first[1])
        return OPERATIONS[name](first, *arguments, **keywords)
    arguments, keywords = pass_as(forms, values, lambda: MORE["builtin"](name))
    return OPERATIONS[name](*arguments, **keywords)


_TYPES_WITH_METHODS = (
    str, bool, int, float, complex, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice, timedelta,
)  # fmt: skip
METHODS: dict[type, set[str]] = {kind: {name for name in dir(kind) if not name.startswith("_")} for kind in _TYPES_WITH_METHODS}
"""Methods that a program calls without asking the host."""


def method_of(target: Any, name: str) -> Callable[..., Any] | None:
    """A method that is called without asking the host, of a built-in value or type; None when it is the host's to call."""
    kind = type(target)
    if kind in METHODS:
        if name not in METHODS[kind]:
            raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'")
        method: Callable[..., Any] = read_attribute(target, name)
        return method
    if kind is type and name in METHODS.get(target, ()):
        if opens_attributes(target, name):
            raise AttributeError(f"type object '{target.__name__}' has no attribute '{name}'")
        return getattr(target, name)  # type: ignore[no-any-return]
    return None


def read_attribute(value: Any, name: str) -> Any:
    """A public attribute. `str.format` could reach any other by a computed name: one that looks at its template stands in."""
    if opens_attributes(value, name):
        if type(value) is not str:
            raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'")
        return format_method(value, name)
    return getattr(value, name)


def is_error(error: object, kinds: tuple[str, ...]) -> bool:
    """Whether an error is of one of the kinds: built-in ones by name, others by ``module:Class`` of it or an ancestor."""
    names = {f"{kind.__module__}:{kind.__qualname__}" for kind in type(error).__mro__}
    return any(isinstance(error, CATCHABLE[kind]) if kind in CATCHABLE else kind in names for kind in kinds)


LAZY: tuple[type, ...] = (
    list, tuple, str, bytes, bytearray, range, dict, type({}.keys()), type({}.values()), type({}.items()), set, frozenset,
    enumerate, zip, map, filter, reversed, type(reversed([])), type(reversed({})), type(reversed({}.values())),
    type(reversed({}.items())), *ITERATORS,
)  # fmt: skip
"""What a loop reads an item at a time, so that changes during the loop are seen. All else is read when it starts."""


def unpack(source: Any, count: int, star: int) -> list[object]:
    """The items of ``source`` for ``count`` targets, of which number ``star`` (-1: none) takes the surplus as a list."""
    if not hasattr(type(source), "__iter__") and not hasattr(type(source), "__getitem__"):
        raise TypeError(f"cannot unpack non-iterable {type(source).__name__} object")
    items, taken = iter(source), []
    wanted, least = (count, f"{count}") if star < 0 else (star, f"at least {count - 1}")
    for _ in range(wanted):
        try:
            taken.append(next(items))
        except StopIteration:
            raise ValueError(f"not enough values to unpack (expected {least}, got {len(taken)})") from None
    if star < 0:
        for _ in items:
            raise ValueError(f"too many values to unpack (expected {count})")
        return taken
    rest, after = list(items), count - star - 1
    if len(rest) < after:
        raise ValueError(f"not enough values to unpack (expected {least}, got {star + len(rest)})")
    return [*taken, rest[: len(rest) - after], *rest[len(rest) - after :]]
