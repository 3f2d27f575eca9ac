"""The arguments of a call in their forms: what ``f(a, *b, key=c, **d)`` passes, and what Python says when it can not be passed.

A form is "" (by position), "*", "**" or the keyword. Knows no parameters: those are `signature`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["arguments_of", "merge_keywords", "name_of_call"]

Registers = list[Any]


def arguments_of(
    registers: Registers, arguments: Sequence[int], forms: Sequence[str], callee: Callable[[Registers], object]
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments in their forms to a list and a dict, as Python's call does it: from left to right, but an only argument by
    position that has a star is looked at last. ``callee`` gives what errors name (`name_of_call`)."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    alone = "*" in forms and "" not in forms and forms.count("*") == 1
    for register, form in zip(arguments, forms, strict=True):
        value = registers[register]
        if not form:
            positional.append(value)
        elif form == "*":
            if not alone:
                _check_iterable(value, "Value")
            positional.append(value) if alone else positional.extend(value)
        elif form == "**":
            merge_keywords(named, value, lambda: callee(registers))
        elif form in named:
            raise _twice(callee(registers), form)
        else:
            named[form] = value
    if alone:
        (value,) = positional
        if not _is_iterable(value):
            _check_iterable(value, f"{name_of_call(callee(registers))} argument")
        positional = list(value)
    return positional, named


def _is_iterable(value: object) -> bool:
    return hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__")


def _check_iterable(value: object, what: str) -> None:
    if not _is_iterable(value):
        raise TypeError(f"{what} after * must be an iterable, not {type(value).__name__}")


def merge_keywords(named: dict[str, Any], more: Any, callee: Callable[[], object]) -> None:
    """``**more``"""
    if not hasattr(more, "keys"):
        raise TypeError(f"{name_of_call(callee())} argument after ** must be a mapping, not {type(more).__name__}")
    for key in more.keys():  # noqa: SIM118 - anything with keys() and [] is a mapping here, as it is in Python
        if key in named:
            raise _twice(callee(), key)
        named[key] = more[key]


def _twice(callee: object, name: object) -> TypeError:
    return TypeError(f"{name_of_call(callee)} got multiple values for keyword argument '{name}'")


def name_of_call(callee: Any) -> str:
    """What Python calls something that is called: ``zip()``, ``str.join()``, ``module.f()``. A text stands for itself."""
    name = getattr(callee, "__qualname__", None)
    if name is None:
        return str(callee)
    module = getattr(callee, "__module__", None)
    return f"{name}()" if module is None or module == "builtins" else f"{module}.{name}()"
