"""Values from the command line and from JSON, and the types that a signature declares."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cascade.conversion import from_json, from_text
from cascade.declared import ANY, Mismatch, as_declared, check, parse_type
from cascade.durations import format_duration, parse_duration
from hypothesis import given
from hypothesis import strategies as st

TEXTS = [
    ("str", "12", "12"),
    ("int", "-12", -12),
    ("int", "1_000", 1000),
    ("float", "1e3", 1000.0),
    ("bool", "Yes", True),
    ("bool", "0", False),
    ("bytes", "aé", b"a\xc3\xa9"),
    ("None", "null", None),
    ("duration", "1h30m", timedelta(minutes=90)),
    ("duration", "2.5", timedelta(seconds=2.5)),
    ("any", "[1, 2]", [1, 2]),
    ("any", "hello", "hello"),
    ("list", "[1]", [1]),
    ("list[duration]", '["30s", 2]', [timedelta(seconds=30), timedelta(seconds=2)]),
    ("dict[int, float]", '{"1": 2}', {1: 2.0}),
    ("tuple[int, ...]", "[1, 2]", (1, 2)),
    ("tuple[int, str]", '[1, "a"]', (1, "a")),
    ("set[int]", "[1, 1]", {1}),
    ("int | str", "12", 12),
    ("int | str", "x", "x"),
    ("bool | int", "1", 1),
    ("str | None", "null", None),
    ("str | None", "nil", "nil"),
]


@pytest.mark.parametrize(("declared", "text", "value"), TEXTS)
def test_text_is_read_by_the_declared_type(declared: str, text: str, value: object) -> None:
    """The value has the right type too."""
    found = from_text(parse_type(declared), text)
    assert (found, type(found)) == (value, type(value))


REFUSED = [
    ("int", "1.5", "", "`1.5`"),
    ("bool", "2", "", "`2`"),
    ("duration", "soon", "", "`soon`"),
    ("list", "hello", "", "`hello`"),
    ("list[int]", '[1, "a"]', "[1]", 'the text "a"'),
    ("list[int]", "[true]", "[0]", "true"),
    ("dict[str, list[float]]", '{"a": [1, null]}', "['a'][1]", "null"),
    ("tuple[int, str]", "[1]", "", "an array of 1"),
    ("set[list]", "[[1]]", "", "an array with an item that can not be in a set"),
    ("list[float]", f"[{'9' * 400}]", "[0]", "an int too large"),
]


@pytest.mark.parametrize(("declared", "text", "path", "found"), REFUSED)
def test_text_that_does_not_fit_is_refused(declared: str, text: str, path: str, found: str) -> None:
    """It is said what does not fit, and where in the value."""
    with pytest.raises(Mismatch) as caught:
        from_text(parse_type(declared), text)
    assert (caught.value.path, caught.value.found) == (path, found)


def test_json_that_nests_too_deeply_is_refused() -> None:
    """No error of Python's own comes out."""
    with pytest.raises(Mismatch):
        from_text(parse_type("list"), "[" * 100_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_any_takes_all_of_json_as_it_is(value: object) -> None:
    """A parameter without a type gets what its JSON says."""
    assert from_json(ANY, value) == value
    if not isinstance(value, str):
        assert from_text(ANY, json.dumps(value)) == value


FITTING = [
    ("int", True),
    ("float", 1),
    ("list[int]", [1, 2]),
    ("dict[str, int]", {"a": 1}),
    ("tuple[int, ...]", (1, 2)),
    ("tuple[int, str]", (1, "a")),
    ("int | None", None),
    ("Unknown", object()),
    ("list[", 3),
    ("any", object()),
]


@pytest.mark.parametrize(("declared", "value"), FITTING)
def test_a_value_fits_as_type_checkers_say(declared: str, value: object) -> None:
    """And what is no type, which only a damaged program has, refuses nothing."""
    assert as_declared(parse_type(declared), value) is value


@pytest.mark.parametrize(
    ("declared", "value", "path"),
    [("int", 1.0, ""), ("str", None, ""), ("list[int]", [1, "a"], "[1]"), ("dict[str, int]", {"a": 1, 2: 3}, "[2]"),
     ("tuple[int, int]", (1,), ""), ("duration", True, ""), ("list[int] | None", ["a"], "[0]")],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_found(declared: str, value: object, path: str) -> None:
    """The place in the value is told."""
    with pytest.raises(Mismatch) as caught:
        check(parse_type(declared), value)
    assert caught.value.path == path


def test_a_number_counts_seconds_where_a_duration_is_declared() -> None:
    """It becomes one; where a number is declared too it stays a number."""
    assert as_declared(parse_type("duration"), 90) == timedelta(seconds=90)
    assert as_declared(parse_type("duration | None"), 0.5) == timedelta(milliseconds=500)
    assert as_declared(parse_type("duration | int"), 90) == 90
    with pytest.raises(Mismatch):
        as_declared(parse_type("duration"), 1e300)


@given(st.timedeltas(timedelta(days=-1000), timedelta(days=1000)))
def test_durations_are_written_as_they_are_read(duration: timedelta) -> None:
    """Format and parse are inverses."""
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize("text", ["", "s", "1x", "1h 30m x", "--1s", "1e400", "nan"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """With a `ValueError`, whatever the text."""
    with pytest.raises(ValueError):
        parse_duration(text)
