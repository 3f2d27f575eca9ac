"""Values that can not change, told apart by what they are, not by which object they are.

Two texts that are equal may be one object in one process and two in another: a constant of the program, and what came from the
store. What is worked out anew in each process must not depend on that.
"""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import Any, Final

__all__ = ["EqualValues"]

_LEAVES: Final = frozenset({type(None), bool, int, float, complex, str, bytes, timedelta, type(...)})
"""With tuples, the types that constants of programs have, save frozensets: whatever has a set is no matter of digests."""


class EqualValues:
    """Gives numbers to values: equal ones of one type have the same. Tuples are equal when their parts are; what can change is
    equal to itself alone. Nothing here recurses."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        """By the ``id`` of the value."""
        self._by_key: dict[Any, int] = {}
        self._kept: list[Any] = []
        """So that nothing else gets their ids."""

    def number(self, value: Any) -> int | None:
        """That of a value; None for one that is told apart by its identity."""
        if type(value) is not tuple and type(value) not in _LEAVES:
            return None
        left = [value]
        while left:
            one = left[-1]
            if id(one) not in self._numbers:
                inner = (
                    [part for part in one if type(part) is tuple and id(part) not in self._numbers]
                    if type(one) is tuple
                    else ()
                )
                if inner:
                    left += inner
                    continue
                key = (tuple, *map(self._key, one)) if type(one) is tuple else self._key(one)
                self._numbers[id(one)] = self._by_key.setdefault(key, len(self._by_key))
                self._kept.append(one)
            left.pop()
        return self._numbers[id(value)]

    def _key(self, value: Any) -> Any:
        kind = type(value)
        if kind is tuple:
            return tuple, self._numbers[id(value)]
        if kind is float:
            return kind, struct.pack("<d", value)
        if kind is complex:
            return kind, struct.pack("<dd", value.real, value.imag)
        return (kind, value) if kind in _LEAVES else (None, id(value))
