"""Parameters and environment variables: defaults, types, and what is said when they do not fit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Optional

import pytest
from cascade.errors import ArgumentError, GraphError
from cascade.inputs import Env, Param, read_inputs, type_text


def read(one: Any, **given: object) -> object:
    """The value of one input."""
    (value,) = read_inputs([one], given)
    return value


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        (int, "5", 5),
        (int, 5, 5),
        (float, 3, 3.0),
        (float, "2.5", 2.5),
        (bool, "yes", True),
        (str, "5", "5"),
        (None, "5", "5"),
        (list[int], "[1, 2]", [1, 2]),
        (tuple[int, str], [1, "a"], (1, "a")),
        (set, [1, 1], {1}),
        (int | None, "null", None),
        (Optional[int], None, None),  # noqa: UP045 - both spellings are met
        (timedelta, "1h30m", timedelta(minutes=90)),
        (timedelta, 30, timedelta(seconds=30)),
        ("list[int] | None", "[1]", [1]),
        (Decimal, "1.50", Decimal("1.50")),
        (Path, "a/b", Path("a/b")),
        (dict[str, list[float]], '{"a": [1]}', {"a": [1.0]}),
    ],
)
def test_values_are_converted(declared: Any, given: object, value: object) -> None:
    """Texts as on a command line, other values as in JSON; a class that no signature can name is called."""
    found = read(Param("n", type=declared), n=given)
    assert found == value
    assert type(found) is type(value)


def test_defaults_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are converted too; None is a default like others."""
    assert read(Param("n", 3)) == 3
    assert read(Param("n", "3", int)) == 3
    assert read(Param("n", None, int)) is None
    assert read(Param("n", 3), n=4) == 4
    monkeypatch.delenv("CASCADE_TEST_PORT", raising=False)
    port = Env("CASCADE_TEST_PORT", default="8080", type=int)
    assert read(port) == 8080
    monkeypatch.setenv("CASCADE_TEST_PORT", "90")
    assert read(port) == 90


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, ill-typed and unknown ones; one that is used twice is told once."""
    monkeypatch.delenv("CASCADE_TEST_PORT", raising=False)
    wanted = [Param("day", description="which day"), Param("count", 1, int), Param("day", description="which day")]
    with pytest.raises(ArgumentError) as caught:
        read_inputs([*wanted, Env("CASCADE_TEST_PORT", type=int)], {"count": "many", "days": 3})
    assert [(one.code, one.message, one.hint) for one in caught.value.problems] == [
        ("CS405", "parameter `day` is missing: which day", None),
        ("CS407", "parameter `count` takes `int`, not `many`", None),
        ("CS405", "environment variable `CASCADE_TEST_PORT` (int) is missing", None),
        ("CS406", "what is run has no parameter `days`", "did you mean `day`?"),
    ]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Param(""), "the name of a parameter is a text, not ''"),
        (lambda: Param("n", "x", int), "the default of parameter `n` is `x`, which is not `int`"),
        (lambda: Param("n", Param("m")), r"the default of parameter `n` is a value, not Param\('m'\)"),
        (lambda: Param("n", type=lambda text: text), "the type of parameter `n` is a class or a type such as"),
        (lambda: Env("N", "x", int), "the default of environment variable `N`"),
    ],
)
def test_declarations_that_make_no_sense_are_refused(make: Any, complaint: str) -> None:
    """Where they are written, not in the run."""
    with pytest.raises(GraphError, match=f"CS439.*{complaint}"):
        make()


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (int, "int"),
        (list[int], "list[int]"),
        (dict[str, int | None], "dict[str, int | None]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (timedelta, "duration"),
        (Any, "any"),
        ("int | None", "int | None"),
        ("Order", None),
        (list["Order"], None),  # type: ignore[name-defined]  # noqa: F821
        (Decimal, None),
    ],
)
def test_types_are_written_as_signatures_have_them(declared: Any, text: str | None) -> None:
    """None for what a signature can not say."""
    assert type_text(declared) == text
