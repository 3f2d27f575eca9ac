"""Constants: immutable values, told apart by type and exact value.

``1``, ``True``, ``1.0``, ``0.0``, ``-0.0`` and NaN are six constants, though Python's ``==`` sees fewer. Which values may be
constants is a closed list, the same that the bytes and the listing can write down.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable
from datetime import timedelta

__all__ = ["NONE", "Constant", "is_constant"]

_PLAIN = (type(None), bool, int, str, bytes, type(...))


def is_constant(value: object) -> bool:
    """Whether ``value`` may be a constant: of exactly one of the listed types, tuples and frozensets through and through."""
    kind = type(value)
    if kind in _PLAIN or kind in (float, complex, timedelta):
        return True
    if isinstance(value, tuple | frozenset) and kind in (tuple, frozenset):
        return all(map(is_constant, value))
    return False


def _key(value: object) -> Hashable:
    """A hashable that is equal for two values just when they are the same constant."""
    match value:
        case float():
            return (float, struct.pack("<d", value))
        case complex():
            return (complex, struct.pack("<dd", value.real, value.imag))
        case tuple():
            return (tuple, tuple(map(_key, value)))
        case frozenset():
            return (frozenset, frozenset(map(_key, value)))
        case _:
            return (type(value), value)


class Constant:
    """An immutable value that compares by type and exact value."""

    __slots__ = ("_key", "value")

    value: object

    def __init__(self, value: object) -> None:
        if not is_constant(value):
            raise TypeError(f"a {type(value).__name__} can not be a constant: {value!r}")
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "_key", _key(value))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a constant does not change")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"Constant({self.value!r})"

    def __reduce__(self) -> tuple[type[Constant], tuple[object]]:
        return (Constant, (self.value,))

    _key: Hashable


NONE = Constant(None)
