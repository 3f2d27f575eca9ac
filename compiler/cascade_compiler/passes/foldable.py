"""What an operation on constants comes to, if that may be computed before the program runs. Not a pass.

It may when the operation folds (`cascade_vm.operations`), does not raise, is quick, and gives the same small constant in
every process: sets differ in their order, NaN in its identity, and some operations warn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cascade_vm.constants import Constant, is_constant
from cascade_vm.operations import OPERATIONS

__all__ = ["LARGEST", "fold_operation", "truth"]

LARGEST = 4096
"""Bits of an integer, characters, or items, of what is folded and of what it is folded from."""

_LONG_NUMBER = re.compile(r"\d{4}|\*", re.ASCII)
"""A width or precision of 1000 and more, or one that is an argument."""

_OF_SETS = frozenset(("in", "not in", "len", "bool", "not"))


def truth(constant: Constant) -> bool:
    """Whether a branch on a constant goes to ``then``; never raises, as constants are of built-in types."""
    return bool(constant.value)


def fold_operation(name: str, constants: Sequence[Constant]) -> Constant | None:
    """The result as a constant, or None when it is left to the run."""
    operation = OPERATIONS[name]
    values = [constant.value for constant in constants]
    if not (operation.folds or _is_in_place(name)) or not _is_safe(name, values):
        return None
    try:
        result = operation.function(*values)
    except Exception:
        return None
    if not is_constant(result) or not _is_small(result) or _has_nan(result):
        return None
    return Constant(result)


def _is_in_place(name: str) -> bool:
    """``+=`` and the like: on constants, which are immutable, the same as ``+``."""
    plain = name.removesuffix("=")
    return plain != name and OPERATIONS[name].effect and plain in OPERATIONS and OPERATIONS[name].most == 2


def _is_safe(name: str, values: Sequence[object]) -> bool:
    if not all(map(_is_small, values)):
        return False
    if name not in _OF_SETS and any(map(_has_set, values)):
        return False
    kinds = {type(value) for value in values}
    if name == "invert":
        return bool not in kinds  # warns
    if name in ("==", "!=", "in", "not in"):
        return not {str, bytes} <= kinds  # may warn
    plain = name if name in OPERATIONS and OPERATIONS[name].folds else name.removesuffix("=")
    return _is_quick(plain, values)


def _is_quick(name: str, values: Sequence[object]) -> bool:
    """Whether the result can not be much larger than what it is made from."""
    sizes = [_size(value) for value in values]
    match name:
        case "*":
            return sizes[0] + sizes[1] <= LARGEST if _all_numbers(values) else _repeats(values) <= LARGEST
        case "**" | "pow":
            whole = [value for value in values if isinstance(value, int)]
            return len(values) == 2 and (len(whole) < 2 or sizes[0] * abs(whole[1]) <= LARGEST)
        case "<<":
            return isinstance(values[1], int) and sizes[0] + values[1] <= LARGEST
        case "%" | "format" | "format_value":
            texts = [repr(value) for value in values if isinstance(value, str | bytes)]
            return not any(_LONG_NUMBER.search(text) for text in texts)
        case "bytes":
            return all(value <= LARGEST for value in values if isinstance(value, int))
        case _:
            return True


def _all_numbers(values: Sequence[object]) -> bool:
    return all(isinstance(value, int | float | complex) for value in values)


def _repeats(values: Sequence[object]) -> int:
    """How many items a sequence has when repeated."""
    times = next((value for value in values if isinstance(value, int)), 1)
    items = next((len(value) for value in values if isinstance(value, str | bytes | tuple)), 1)
    return items * max(times, 0)


def _size(value: object) -> int:
    if isinstance(value, int):
        return value.bit_length()
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, tuple | frozenset):
        return len(value) + sum(map(_size, value))
    return 1


def _is_small(value: object) -> bool:
    return _size(value) <= LARGEST


def _has_set(value: object) -> bool:
    return isinstance(value, frozenset) or (isinstance(value, tuple) and any(map(_has_set, value)))


def _has_nan(value: object) -> bool:
    """Not a number is not equal to itself, but found in a tuple by its identity: a merged constant would change that."""
    if isinstance(value, tuple):
        return any(map(_has_nan, value))
    return isinstance(value, float | complex) and value != value
