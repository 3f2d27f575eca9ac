"""The functions that a program has without importing them: Python's built-in ones of the closed list, and errors.

Their parameters are Python's. What other built-in functions of Python are called instead is said in a hint.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping

from cascade_vm.blueprint import TaskParameter
from cascade_vm.errors import CATCHABLE

__all__ = ["FUNCTIONS", "hint_for_absent", "is_absent_builtin"]


def _named(words: str, kind: str) -> tuple[TaskParameter, ...]:
    """``a b?``: two parameters, the second one optional."""
    return tuple(TaskParameter(word.rstrip("?"), kind, not word.endswith("?")) for word in words.split())


def _takes(
    position: str = "", either: str = "", keyword: str = "", rest: bool = False, keywords: bool = False
) -> tuple[TaskParameter, ...]:
    more = (TaskParameter("rest", "rest", False),) if rest else ()
    named = (TaskParameter("keywords", "keywords", False),) if keywords else ()
    return (*_named(position, "position"), *_named(either, "either"), *more, *_named(keyword, "keyword"), *named)


_ONE = _takes("value")
_ERROR = _takes(rest=True)

FUNCTIONS: Mapping[str, tuple[TaskParameter, ...]] = {
    **dict.fromkeys(("abs", "all", "any", "ascii", "bin", "chr", "hex", "len", "oct", "ord", "repr", "reversed"), _ONE),
    **dict.fromkeys(("bool", "float", "frozenset", "list", "set", "tuple"), _takes("value?")),
    "bytes": _takes(either="source? encoding? errors?"),
    "complex": _takes(either="real? imag?"),
    "dict": _takes("source?", keywords=True),
    "divmod": _takes("a b"),
    "enumerate": _takes(either="iterable start?"),
    "format": _takes("value spec?"),
    "int": _takes("value?", either="base?"),
    "max": _takes("first", keyword="key? default?", rest=True),
    "min": _takes("first", keyword="key? default?", rest=True),
    "pow": _takes(either="base exp mod?"),
    "print": _takes(keyword="sep? end? file? flush?", rest=True),
    "range": _takes("start stop? step?"),
    "round": _takes(either="number ndigits?"),
    "sorted": _takes("iterable", keyword="key? reverse?"),
    "str": _takes(either="object? encoding? errors?"),
    "sum": _takes("iterable", either="start?"),
    "zip": _takes(keyword="strict?", rest=True),
    **dict.fromkeys(CATCHABLE, _ERROR),
}
"""Each function with its parameters."""

_INSTEAD = {
    **dict.fromkeys(("map", "filter", "iter", "next"), "write a comprehension or a `for` loop"),
    **dict.fromkeys(("getattr", "hasattr", "setattr", "vars", "dir"), "attributes are reached by a name in the text"),
    **dict.fromkeys(("type", "isinstance", "issubclass", "callable"), "ask in a Python task; `except` tells errors apart"),
    **dict.fromkeys(("id", "hash"), "it differs from process to process: compare with `is` or `==`"),
}


def is_absent_builtin(name: str) -> bool:
    """Whether Python has a built-in function called ``name`` that programs do not."""
    return name not in FUNCTIONS and callable(getattr(builtins, name, None)) and not name.startswith("_")


def hint_for_absent(name: str) -> str:
    """What to write instead of a built-in function of Python."""
    return _INSTEAD.get(name, "do it in a Python task, and import that")
