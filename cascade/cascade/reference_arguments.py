"""Arguments in the reference: what a call passes, and what Python says of a call that passes what can not be passed.

Knows values and forms; a form is "" (by position), "*", "**", or the keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["named", "merge", "pass_as", "spread"]

_Passed = tuple[list[object], dict[str, object]]


def pass_as(forms: Sequence[str], values: Sequence[Any], callee: Callable[[], object]) -> _Passed:
    """Arguments by position and by keyword. ``callee`` gives what is called, or the text that errors name it by."""
    if not forms:
        return list(values), {}
    arguments: list[object] = []
    keywords: dict[str, object] = {}
    alone, last = forms.count("*") == 1 and "" not in forms, None
    for form, value in zip(forms, values, strict=True):
        if form == "":
            arguments.append(value)
        elif form == "**":
            merge(keywords, value, callee)
        elif form != "*":
            merge(keywords, {form: value}, callee)
        elif alone:
            last = value
        else:
            arguments += spread(value)
    if alone:  # Python looks at it when all else is ready
        arguments = spread(last, lambda: f"{_told(callee())} argument")
    return arguments, keywords


def spread(more: Any, what: Callable[[], str] = lambda: "Value") -> list[object]:
    """The items of ``more`` in ``[*more]`` and ``f(*more)``."""
    if not hasattr(type(more), "__iter__") and not hasattr(type(more), "__getitem__"):
        raise TypeError(f"{what()} after * must be an iterable, not {type(more).__name__}")
    return list(more)


def merge(keywords: dict[str, object], more: Any, callee: Callable[[], object]) -> None:
    """``**more`` of a call."""
    if not hasattr(more, "keys"):
        raise TypeError(f"{_told(callee())} argument after ** must be a mapping, not {type(more).__name__}")
    for name in more.keys():  # noqa: SIM118 - anything with keys() and [] is a mapping here, as it is in Python
        if name in keywords:
            raise TypeError(f"{_told(callee())} got multiple values for keyword argument '{name}'")
        keywords[name] = more[name]


def _told(callee: Any) -> str:
    """How Python names what is called."""
    if not hasattr(callee, "__qualname__"):
        return str(callee)
    module = getattr(callee, "__module__", None)
    return f"{callee.__qualname__}()" if module in (None, "builtins") else f"{module}.{callee.__qualname__}()"


def named(keywords: dict[str, object]) -> dict[str, object]:
    """The keywords. A mapping that was spread may have other keys than texts: found before anything is called."""
    for name in keywords:
        if not isinstance(name, str):
            raise TypeError("keywords must be strings")
    return keywords
