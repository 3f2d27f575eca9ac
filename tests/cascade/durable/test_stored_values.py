"""Each type that is stored comes back as it was."""

from __future__ import annotations

import struct
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from cascade.durable import decode, encode
from support.isomorphic import difference
from support.storable import Color, Level, Pair, Point, Right

VALUES = [
    None, True, False, 0, 1, -1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400, -(10**400),
    0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), struct.unpack("<d", b"\1\2\3\0\0\0\xf8\x7f")[0], 5e-324,
    1j, complex(-0.0, float("nan")), "", "text", "\ud800 alone", "ä€😀", "\ud800" * 300, "long" * 100, b"",
    b"\0\xff", b"x" * 300,
    bytearray(b"abc"), bytearray(b"y" * 300), [], [1, "a", None], (), (1,), {}, {"a": 1}, {1: 2, None: 3, (1, 2): 4, b"k": 5},
    {1.5: 6},
    {"\udfff": 1}, {2**80: 1}, set(), {1, 2, "a"}, frozenset(), frozenset({frozenset({1}), 2}),
    range(0), range(1, 10, 3), range(2**70), slice(None), slice([1], 2, {"a": 3}), ..., NotImplemented,
    datetime(2025, 3, 1, 12, 30, 1, 5), datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2025, 3, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=-5), "EST")), datetime.max,
    date.min, time(1, 2, 3, 4, fold=1, tzinfo=UTC), timedelta(-1, 2, 3), timedelta.max, timezone(timedelta(minutes=90)),
    ZoneInfo("UTC"), Decimal("1.50"), Decimal("-0"), Decimal("NaN123"), Decimal("sNaN"), Decimal("1E+999999"),
    Decimal("-Infinity"),
    Fraction(-1, 3), Fraction(10**50, 7), UUID(int=5), Path("/srv/a"), Path(""), PurePosixPath("a/../b"),
    PureWindowsPath("C:\\x"),
    Path("\udcff"), Color.RED, Color.BLUE, Level.HIGH, Right.READ, Right.READ | Right.WRITE, Right(0), Pair(1, [2]),
    Point(1, (2,)),
    OrderedDict([("b", 1), ("a", 2)]), Counter("aab"), Counter(a=-1), defaultdict(list, {"a": [1]}), defaultdict(None, {1: 2}),
    deque([1, 2]), deque([1, 2, 3], maxlen=3), deque(maxlen=0), ValueError, Color,
]  # fmt: skip


# No `repr` in their names: that of a set has another order in another process, and workers have to collect the same.
@pytest.mark.parametrize("value", VALUES, ids=[f"{number} {type(value).__name__}" for number, value in enumerate(VALUES)])
def test_a_value_comes_back(value: Any) -> None:
    """Alone, in a list, as a value of a dict, and as a key where it can be one; the bytes do not change."""
    places = [value, [value, 1], {"a": value}, (value, value)]
    with suppress(TypeError):
        places.append({value: 1})
    for place in places:
        data = encode(place)
        back = decode(data)
        assert difference(place, back) is None
        assert encode(back) == data


def test_what_does_not_show_in_a_repr_comes_back_too() -> None:
    """The bits of NaN, `fold`, the order of keys, the length that a deque may have, a default factory."""
    nan = struct.unpack("<d", b"\1\2\3\0\0\0\xf8\x7f")[0]
    assert struct.pack("<d", decode(encode(nan))) == b"\1\2\3\0\0\0\xf8\x7f"
    assert decode(encode(datetime(2025, 1, 1, fold=1))).fold == 1
    assert list(decode(encode({"b": 1, "a": 2, 3: 3}))) == ["b", "a", 3]
    assert decode(encode(deque([1], maxlen=4))).maxlen == 4
    assert decode(encode(defaultdict(list)))["new"] == []
    assert decode(encode(datetime(2025, 1, 1, tzinfo=UTC))).tzinfo is UTC
    assert decode(encode(ZoneInfo("UTC"))) is ZoneInfo("UTC")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there an empty tuple may be another")
def test_what_is_there_once_stays_so() -> None:
    """Members of enums, classes, the empty tuple."""
    assert decode(encode([Color.RED, Color, ()]))[:2] == [Color.RED, Color]
    assert decode(encode((1, ())))[1] is ()  # noqa: F632


def test_views_of_dicts_and_proxies_show_their_dict() -> None:
    """Also what is added afterwards."""
    for table in ({"a": 1}, OrderedDict(a=1)):
        back, *shown = decode(encode([table, table.keys(), table.values(), table.items(), MappingProxyType(table)]))
        back["b"] = 2
        assert [[*one] for one in shown] == [["a", "b"], [1, 2], [("a", 1), ("b", 2)], ["a", "b"]]
        assert type(shown[0]) is type(table.keys())
