"""Places in a text: spans are offsets, turned into lines and columns only when they are shown."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

__all__ = ["Source", "Span"]


class Span(NamedTuple):
    """Characters ``start <= i < end`` of a source."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other."""
        return Span(self.start, other.end)


class Source:
    """A text with a name. Offsets count characters; lines count from 1, columns from 0.

    The text is kept with ``\\n`` as the end of each line, also when it came with ``\\r\\n`` or ``\\r``, and without a byte
    order mark: offsets are those of `text`, which has the lines of the file and, but for the mark, its columns.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.text = text.removeprefix("\ufeff")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1]

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")
