"""Functions of Python's library that programs may call, and built-in functions and types as values: closed tables.

None of them reaches files, the network, the clock, random numbers, addresses, or attributes by a computed name; those that
give live iterators (`heapq.merge`) are left out. Names are ``module.function``. This file knows no operations and no programs.
"""

from __future__ import annotations

import bisect
import functools
import heapq
import math
import operator
from collections.abc import Callable
from types import ModuleType
from typing import Any

from cascade_vm.errors import CATCHABLE

__all__ = ["CHANGES_ARGUMENTS", "LIBRARY", "VALUES", "name_of"]

_LEFT_OUT = {"heapq": ("merge",)}
_OPERATORS = (
    "abs", "add", "and_", "concat", "contains", "countOf", "delitem", "eq", "floordiv", "ge", "getitem", "gt", "iadd", "iand",
    "iconcat", "ifloordiv", "ilshift", "imatmul", "imod", "imul", "index", "indexOf", "inv", "invert", "ior", "ipow", "irshift",
    "is_", "is_not", "isub", "itemgetter", "itruediv", "ixor", "le", "lshift", "lt", "matmul", "mod", "mul", "ne", "neg",
    "not_", "or_", "pos", "pow", "rshift", "setitem", "sub", "truediv", "truth", "xor",
)  # fmt: skip
"""Of module `operator`: without `attrgetter` and `methodcaller`, which reach attributes by a computed name."""


def _public_functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    left_out = _LEFT_OUT.get(module.__name__, ())
    return {
        f"{module.__name__}.{name}": value
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and name not in left_out
    }


LIBRARY: dict[str, Callable[..., Any]] = {
    **_public_functions(math),
    **_public_functions(bisect),
    **_public_functions(heapq),
    "functools.reduce": functools.reduce,
    "functools.cmp_to_key": functools.cmp_to_key,
    **{f"operator.{name}": getattr(operator, name) for name in _OPERATORS},
}
"""Every library function by its name; which ones `math` has depends on the version of Python."""

CHANGES_ARGUMENTS = frozenset(
    name
    for name in LIBRARY
    if name.startswith(("heapq.heap", "bisect.insort", "operator.i", "operator.setitem", "operator.del"))
) | {"functools.reduce", "functools.cmp_to_key"}
"""Those that may change an argument, or call one."""

_BUILT_IN = (
    abs, all, any, ascii, bin, bool, bytearray, bytes, callable, chr, complex, dict, divmod, enumerate, filter, float, format,
    frozenset, hex, int, isinstance, issubclass, iter, len, list, map, max, min, next, object, oct, ord, pow, range, repr,
    reversed, round, set, slice, sorted, str, sum, tuple, type, zip,
)  # fmt: skip

VALUES: dict[str, Any] = {**{value.__name__: value for value in _BUILT_IN}, **CATCHABLE, **LIBRARY}
"""What a program may hold that nobody gave it: ``key=len``, ``isinstance(x, int)``, ``map(math.sqrt, xs)``."""

_NAMES: dict[int, str] = {id(value): name for name, value in reversed(VALUES.items())}


def name_of(value: object) -> str | None:
    """The name of a function or type of these tables; None for anything else."""
    return _NAMES.get(id(value))
