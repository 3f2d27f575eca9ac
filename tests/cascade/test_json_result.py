"""Results as JSON."""

from __future__ import annotations

import dataclasses
import enum
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath

import msgspec
import pytest
from cascade.json_result import NotJson, to_json
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSON)
def test_json_is_written_as_python_writes_it(value: object) -> None:
    """What JSON has comes back equal, on one line."""
    text = to_json(value)
    assert json.loads(text) == value
    assert "\n" not in text


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Order(msgspec.Struct):
    number: int


class Colour(enum.Enum):
    RED = "red"


WRITTEN = [
    ((1, 2), [1, 2]),
    (range(2), [0, 1]),
    ({3, 1, 2}, [1, 2, 3]),
    (frozenset(("b", "a")), ["a", "b"]),
    ({"b", 1, None}, [None, 1, "b"]),
    (Point(1, 2), {"x": 1, "y": 2}),
    (Order(7), {"number": 7}),
    (Colour.RED, "red"),
    (b"ab", "YWI="),
    (timedelta(seconds=90), 90),
    (timedelta(milliseconds=1500), 1.5),
    (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
    (Decimal("1.50"), "1.50"),
    (PurePosixPath("/a"), "/a"),
    ({2: "a", None: "b"}, {"2": "a", "null": "b"}),
    ({"a": 1}.keys(), ["a"]),
    ("\ud800", "\ud800"),
]


@pytest.mark.parametrize(("value", "written"), WRITTEN)
def test_other_types_become_what_is_closest(value: object, written: object) -> None:
    """As the table at the top of the module says."""
    assert json.loads(to_json(value)) == written


ROUND: list[object] = []
ROUND.append([ROUND])
REFUSED = [
    (float("nan"), "", "the float nan"),
    ({"items": [1, (2, float("inf"))]}, "['items'][1][1]", "the float inf"),
    ([object()], "[0]", "an object"),
    (Point, "", "a class Point"),
    ([ValueError("x")], "[0]", "a ValueError"),
    ({"a": {(1, 2): 3}}, "['a']", "a dict whose key (1, 2) is a tuple"),
    ({1: 2, "1": 3}, "", "a dict with both 1 and '1' as keys"),
    ([10**5000], "[0]", "an int of more digits than Python writes"),
    (ROUND, "[0][0]", "the list that holds it, again"),
]


@pytest.mark.parametrize(("value", "path", "found"), REFUSED)
def test_what_json_can_not_say_is_named(value: object, path: str, found: str) -> None:
    """Its type, and where in the result it is."""
    with pytest.raises(NotJson) as caught:
        to_json(value)
    assert (caught.value.path, caught.value.found) == (path, found)


def test_nesting_may_be_as_deep_as_memory_allows() -> None:
    """A hundred thousand lists within each other."""
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert to_json(value) == "[" * 100_001 + "]" * 100_001


def test_a_value_that_is_there_twice_is_written_twice() -> None:
    """Only what holds itself is refused."""
    shared = [1]
    assert to_json([shared, shared]) == "[[1], [1]]"


def test_sets_in_sets_take_no_time_that_doubles_with_each_level() -> None:
    """Putting a set in order by the texts of its items must not put the sets in these in order again and again."""
    nested: frozenset[object] = frozenset()
    for level in range(200):
        nested = frozenset([nested, level])
    assert to_json(nested).count("[") == 201
