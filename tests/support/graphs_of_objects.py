"""Arbitrary graphs of objects, with aliases and cycles."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from support.storable import Color, Level, Node, OrderError, Pair, Point, Record, Right, Slotted

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(), max_size=5),
    st.text(st.characters(categories=["Cs", "L"]), max_size=3),
    st.binary(max_size=5),
    st.just("long " * 60),
    st.complex_numbers(),
    st.sampled_from([Color.RED, Level.HIGH, Right.READ | Right.WRITE, Color, ValueError, ..., Decimal("1.50"), Fraction(1, 3)]),
    st.sampled_from([range(3), slice(1, None, -1), UUID(int=7), PurePosixPath("/a/b"), frozenset({1, "a"}), {1, 2}]),
    st.sampled_from([datetime(2025, 3, 1, tzinfo=UTC), date(2025, 3, 1), timedelta(1, 2, 3), bytearray(b"abc")]),
)
MUTABLE = ("list", "dict", "node", "slotted", "point", "record", "error", "deque", "ordered")
IMMUTABLE = ("tuple", "pair")


def _hollow(kind: str) -> Any:
    match kind:
        case "list":
            return []
        case "dict":
            return {}
        case "node":
            return Node()
        case "slotted":
            return Slotted()
        case "point":
            return object.__new__(Point)
        case "record":
            return Record(None)
        case "error":
            return OrderError("x", reason="y")
        case "deque":
            return deque(maxlen=20)
        case _:
            return OrderedDict()


def _fill(value: Any, parts: list[Any]) -> None:
    first, second = (*parts, None, None)[:2]
    match value:
        case list() | deque():
            value.extend(parts)
        case dict():
            value.update((f"k{at}" if at % 2 else at, part) for at, part in enumerate(parts))
        case Node():
            value.value, value.next = first, second
            if len(parts) > 2:
                _ = value.twice if not isinstance(value, Slotted) else None
        case Point():
            object.__setattr__(value, "x", first)
            if len(parts) > 1:
                object.__setattr__(value, "y", second)
        case Record():
            value.name, value.items = first, second
        case OrderError():
            value.order = first
            value.args = tuple(parts)
            if isinstance(second, BaseException):
                value.__cause__ = second


class _Number(NamedTuple):
    number: int


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """One of the objects of a graph, or a few."""
    kinds = draw(st.lists(st.sampled_from(MUTABLE + IMMUTABLE), min_size=1, max_size=12))
    made: list[Any] = [_hollow(kind) if kind in MUTABLE else None for kind in kinds]

    def parts(there: list[Any]) -> list[Any]:
        number = st.integers(0, len(there) - 1).map(_Number) if there else SCALARS
        found = draw(st.lists(st.one_of(SCALARS, number, number), max_size=4))
        return [there[part.number] if isinstance(part, _Number) else part for part in found]

    for at, kind in enumerate(kinds):
        if kind in IMMUTABLE:
            there = [one for one in made if one is not None]
            found = parts(there)
            made[at] = tuple(found) if kind == "tuple" else Pair(*(*found, None, None)[:2])
    for at, kind in enumerate(kinds):
        if kind in MUTABLE:
            _fill(made[at], parts(made))
    return made[0] if draw(st.booleans()) else made
