"""Whatever the bytes are: a value or an error with a code, in bounded time and memory, and no code runs."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter, deque
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from cascade.durable import Known, decode, encode
from cascade.durable.values import BYTEARRAY, DECIMAL, DEQUE, FRACTION, RANGE, SET, TUPLE
from cascade.errors import StoreError
from hypothesis import given
from hypothesis import strategies as st
from support.storable import Careful, Color, Node, OrderError, Pair, Point, Record

SAMPLE = [
    Node(1, {"a": [Point(1, (2, 3.5))], 2: {1, "x"}}), Pair(Record("r"), Careful(inner=None)), Color.RED,
    OrderError(1, reason="r"),
    datetime(2025, 1, 1, tzinfo=UTC), Decimal("1.5"), 2**80, "\ud800", b"x" * 300, deque([1]), Counter("aab"), slice(1, 2), 1j,
    ExceptionGroup("g", [OSError(2, "no", "f")]), frozenset({1}), range(5), float("nan"),
]  # fmt: skip


def outcome(data: bytes) -> Any:
    """The value or the error; anything else is raised."""
    known = Known()
    try:
        return decode(data, known=known)
    except StoreError as error:
        assert known.objects == []
        assert known.numbers == {}
        return error


def graph(rows: list[Any], root: Any = (0,)) -> bytes:
    return b"\x01\x01" + msgspec.msgpack.encode((0, rows, root))


def test_every_prefix_is_refused() -> None:
    """A document that is cut short is never a value."""
    for data in (encode(SAMPLE), encode({"a": [1, {"b": 2.5}]})):
        assert [cut for cut in range(len(data)) if not isinstance(outcome(data[:cut]), StoreError)] == []
        assert isinstance(outcome(data + b"\0"), StoreError)


def test_every_flipped_byte_is_a_value_or_refused() -> None:
    """All 255 others, at every place."""
    data = encode(SAMPLE)
    for at in range(len(data)):
        for flip in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            outcome(data[:at] + bytes((data[at] ^ flip,)) + data[at + 1 :])


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    """Also behind a head that is right."""
    outcome(data)
    for form in range(3):
        outcome(bytes((1, form)) + data)


ITEMS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 70), st.floats(), st.text(max_size=3), st.binary(max_size=16)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
PARTS = st.lists(st.one_of(ITEMS, st.integers(0, 6).map(lambda number: [number])), max_size=10)


@given(st.lists(st.tuples(st.integers(0, 70), PARTS), min_size=1, max_size=7))
def test_any_rows_are_a_value_or_refused(rows: list[Any]) -> None:
    """Well-formed graphs that nobody wrote."""
    outcome(graph(rows))


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        (BYTEARRAY, [10**15]),
        (FRACTION, ["1e999999999", 1]),
        (DECIMAL, [[0] * 3]),
        (DEQUE, ["x"]),
        (RANGE, ["a", 1, 1]),
        (SET, [1, 1]),
        (TUPLE, [[0]]),
        (TUPLE, [[7]]),
        (TUPLE, [[0, 0]]),
    ],
)
def test_parts_that_do_not_fit_are_refused(code: int, parts: list[Any]) -> None:
    """Counts are not lengths of what is allocated; nothing immutable contains itself."""
    assert isinstance(outcome(graph([(code, parts)])), StoreError)


def test_bombs_do_not_go_off() -> None:
    """Lengths that are not there, levels without end, and tuples that take for ever to hash."""
    towers = [(SET, [[1]])] + [(TUPLE, [[at + 1], [at + 1]]) for at in range(1, 200)] + [(TUPLE, [1])]
    deep = [(SET, [[1]])] + [(TUPLE, [[at + 1]]) for at in range(1, 200_000)] + [(TUPLE, [1])]
    began = time.process_time()
    tracemalloc.start()
    try:
        for form in (0, 1, 2):
            for bomb in (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\x91" * 100_000):
                assert isinstance(outcome(bytes((1, form)) + bomb), StoreError)
                assert isinstance(outcome(bytes((1, form)) + b"\x93\x00" + bomb), StoreError)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert isinstance(outcome(graph(towers)), StoreError)
    assert isinstance(outcome(graph(deep)), StoreError)
    assert time.process_time() - began < 20


def test_another_version_says_so() -> None:
    """Before anything else is looked at."""
    error = outcome(b"\x02" + encode(1)[1:])
    assert error.code == "CS503"
