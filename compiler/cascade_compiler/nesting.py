"""Room for texts that nest deeply. Knows no language."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["room_for_nesting"]

_DEEPEST = 20_000


@contextmanager
def room_for_nesting() -> Iterator[None]:
    """The rules of a front end call each other for every level of nesting in a text: more of them than Python grants."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
