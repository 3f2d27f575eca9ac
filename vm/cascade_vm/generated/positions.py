"""Where in the program a place in generated code is.

The code is compiled with *numbers* for lines: each instruction of the program has one, whatever it was inlined into, and the
column is the *phase* of the instruction. `numbers_of` reads them off, `with_places` then writes the user's own lines and
columns in their place, for tracebacks, debuggers, coverage and profilers.

The table of places is CPython's (Objects/locations.md of its sources): entries of a first byte, with a kind and a length, and
numbers in pieces of six bits.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Sequence
from types import CodeType
from typing import Any

__all__ = [
    "AT_HEAD", "AT_START", "AWAITS", "RUNS", "WholePlace", "column_in_bytes", "is_counted_alike", "numbers_of", "with_places",
]  # fmt: skip

RUNS = 0
"""The instruction itself."""
AWAITS = 1
"""The instruction has called out, and waits for the answer."""
AT_HEAD = 2
"""Before the instruction, which begins a loop: its turn is paid."""
AT_START = 3
"""Before the first instruction of a function."""

WholePlace = tuple[int, int, int, int]
"""Line, column, end line, end column: columns are bytes of UTF-8, as code has them (see `column_in_bytes`)."""

_LONG, _NONE = 14, 15
_MOST = 8  # units of code an entry is for


def numbers_of(code: CodeType) -> tuple[tuple[int, int], ...]:
    """Number and phase of each unit of code (two bytes); number 0 for what belongs to no instruction."""
    return tuple([((line or 1) - 1, column or 0) for line, _, column, _ in code.co_positions()])


def column_in_bytes(file: str, line: int, column: int) -> int:
    """What a column of `cascade_vm.blueprint.Location`, which counts characters, is in code. Only sources that somebody has
    read already are looked at: the name of a file is a program's to choose. Columns in others stay what they are."""
    known: Any = linecache.cache.get(file)
    lines = known[2] if known is not None and len(known) > 2 else ()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return column if text.isascii() else len(text[:column].encode("utf-8", "surrogatepass"))


def is_counted_alike(file: str) -> bool:
    """Whether columns are the same counted in bytes and in characters, in all of a source or because it is not known."""
    known: Any = linecache.cache.get(file)
    return known is None or len(known) <= 2 or all(map(str.isascii, known[2]))


def with_places(code: CodeType, numbers: Sequence[tuple[int, int]], place_of: Callable[[int], WholePlace | None]) -> CodeType:
    """The code with the places of its instructions; ``place_of`` knows them by their numbers."""
    first = next((place[0] for number, _ in numbers if (place := place_of(number))), 1)
    table = bytearray()
    line = first
    for number, length in _runs(numbers):
        place = place_of(number)
        while length > 0:
            units = min(length, _MOST)
            kind = _NONE if place is None else _LONG
            table.append(0x80 | kind << 3 | units - 1)
            if place is not None:
                here, column, end_line, end_column = place
                _signed(table, here - line)
                _unsigned(table, end_line - here)
                _unsigned(table, column + 1)
                _unsigned(table, end_column + 1)
                line = here
            length -= units
    return code.replace(co_linetable=bytes(table), co_firstlineno=first)


def _runs(numbers: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers, and how many units in a row have them."""
    begin = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place][0] != numbers[begin][0]:
            yield numbers[begin][0], place - begin
            begin = place


def _unsigned(table: bytearray, value: int) -> None:
    while value > 63:
        table.append(64 | value & 63)
        value >>= 6
    table.append(value)


def _signed(table: bytearray, value: int) -> None:
    _unsigned(table, -value << 1 | 1 if value < 0 else value << 1)
