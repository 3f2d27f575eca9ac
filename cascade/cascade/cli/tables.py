"""Tables and sizes for the terminal. Where there is none, nothing is cut."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from datetime import timedelta
from shutil import get_terminal_size

import click

from cascade.cli.output import is_terminal
from cascade.durations import format_duration

__all__ = ["age_text", "one_line", "show_table", "size_text", "width_of_terminal"]

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_BETWEEN = "  "
_LEAST = 9
"""Letters that a column is left with, at least."""
_AGES = (86_400, 3_600, 60, 1)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str], cut: Sequence[str]) -> None:
    """Write a table to standard output. Columns under ``right`` are numbers. On a terminal that is too narrow those under
    ``cut`` give way, one after the other; of a place (``at``) the end is kept, which has the line."""
    every = [headings, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(headings))]
    room = width_of_terminal()
    if room is not None:
        _make_narrow(widths, room, [headings.index(name) for name in cut])
    for row in every:
        cells = [_fitted(*each) for each in zip(headings, row, widths, strict=True)]
        columns = zip(headings, cells, widths, strict=True)
        line = _BETWEEN.join(cell.rjust(width) if name in right else cell.ljust(width) for name, cell, width in columns)
        click.echo(line.rstrip())


def _fitted(heading: str, cell: str, width: int) -> str:
    return one_line(cell[::-1], width)[::-1] if heading == "at" else one_line(cell, width)


def _make_narrow(widths: list[int], room: int, cut: Sequence[int]) -> None:
    over = sum(widths) + len(_BETWEEN) * (len(widths) - 1) - room
    for column in cut:
        less = min(max(over, 0), max(widths[column] - _LEAST, 0))
        widths[column] -= less
        over -= less


def width_of_terminal() -> int | None:
    """Columns of standard output; None when that is no terminal."""
    return get_terminal_size().columns if is_terminal(sys.stdout) else None


def one_line(text: str, width: int | None) -> str:
    """A line that fits."""
    text = text.replace("\n", " ")
    return text if width is None or len(text) <= width else text[: max(width - 1, 1)] + "…"


def size_text(count: int) -> str:
    """``340 B``, ``5.1 kB``, ``12 MB``"""
    for unit, least in _UNITS:
        if count >= least:
            amount = count / least
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    return f"{count} B"


def age_text(seconds: float) -> str:
    """How long ago, in its largest unit: ``5s``, ``3m``, ``2h``, ``4d``."""
    whole = max(int(seconds), 0)
    unit = next((unit for unit in _AGES if whole >= unit), 1)
    return format_duration(timedelta(seconds=whole // unit * unit))
