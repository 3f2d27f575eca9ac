"""Tracebacks of failed runs."""

from __future__ import annotations

from cascade.trace import format_failure
from cascade_vm.errors import FlowFailed, append_trail, start_trail
from cascade_vm.host import Place

LINES = {1: "flow main():", 2: "    return naïve(n) + 1", 3: "\tfail x"}


def line_of(file: str, line: int) -> str | None:
    return LINES.get(line) if file == "f.csc" else None


def at(line: int, column: int, end: int, file: str = "f.csc") -> Place:
    return Place("main", file, line, column, line, end)


def test_places_are_shown_outermost_first() -> None:
    """Columns count characters; a tab stays a tab under which the carets line up."""
    error = FlowFailed("no")
    start_trail(error, at(3, 1, 7))
    append_trail(error, at(2, 11, 19))
    assert format_failure(error, line_of) == (
        "Traceback (most recent call last):\n"
        '  File "f.csc", line 2, in main\n'
        "    return naïve(n) + 1\n"
        "           ^^^^^^^^\n"
        '  File "f.csc", line 3, in main\n'
        "    fail x\n"
        "    ^^^^^^\n"
        "FlowFailed: no"
    )


def test_a_source_that_is_not_there_is_done_without() -> None:
    """The place is still told."""
    error = ValueError("x")
    start_trail(error, at(9, 0, 1, "gone.csc"))
    assert format_failure(error, line_of) == (
        'Traceback (most recent call last):\n  File "gone.csc", line 9, in main\nValueError: x'
    )


def test_a_long_trail_is_shown_by_its_ends() -> None:
    """A quarter of a million calls make no quarter of a million lines."""
    error = ValueError("deep")
    start_trail(error, at(2, 11, 19))
    for line in range(250_000):
        append_trail(error, at(line + 10, 0, 1))
    text = format_failure(error, line_of)
    assert "… 249,941 more calls of flows" in text
    assert text.count("\n") < 200


def test_frames_of_the_engine_are_left_out_and_causes_stay() -> None:
    """User code is shown from its first frame on, as Python shows it."""
    try:
        try:
            {}["key"]
        except KeyError as cause:
            raise ValueError("outer") from cause
    except ValueError as caught:
        error = caught
    start_trail(error, at(2, 11, 19))
    text = format_failure(error, line_of)
    assert text.index("KeyError: 'key'") < text.index("The above exception was the direct cause") < text.index('"f.csc"')
    assert text.count(__file__) == 2
