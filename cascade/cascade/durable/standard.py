"""The table of codecs that every document has, and the way to add to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cascade.durable.codecs import Codecs
from cascade.durable.instances import CLASSES, codec_of
from cascade.durable.values import CONTAINERS, VALUES

__all__ = ["CODECS", "register_codec"]

_T = TypeVar("_T")

CODECS = Codecs((*CONTAINERS, *VALUES, *CLASSES), shapes=codec_of)
CODECS.name(..., "Ellipsis")
CODECS.name(NotImplemented, "NotImplemented")


def register_codec(
    kind: type[_T],
    name: str,
    to_state: Callable[[_T], object],
    from_state: Callable[[Any], _T] | None = None,
    fill: Callable[[_T, Any], object] | None = None,
) -> None:
    """Say how durable runs store objects of exactly this type.

    ``to_state`` gives a value that can be stored, ``from_state`` makes the object again. Objects that can be part of a cycle
    need ``fill`` in its place: it is given an object that ``kind.__new__`` made, and the state. ``name`` is what the bytes say;
    it stays the same when the class moves, or `from_state` could not be found. CS508 when it is taken.

    >>> class Money:
    ...     def __init__(self, cents):
    ...         self.cents = cents
    >>> register_codec(Money, "shop.money", lambda money: money.cents, Money)
    """
    CODECS.add(kind, name, to_state, from_state, fill)
