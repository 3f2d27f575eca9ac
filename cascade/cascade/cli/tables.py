"""Tables and sizes for the terminal: with rich where there is one, as plain columns elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from datetime import timedelta

import click

from cascade.cli.output import is_terminal
from cascade.durations import format_duration

__all__ = ["age_text", "one_line", "show_table", "size_text", "width_of_terminal"]

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_AGES = (86_400, 3_600, 60, 1)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str], cut: Collection[str]) -> None:
    """Write a table to standard output. Columns under ``right`` are numbers; those under ``cut`` give way if need be."""
    if not is_terminal(sys.stdout):
        _show_plainly(headings, rows, right)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in headings:
        side = "right" if name in right else "left"
        overflow = "ellipsis" if name in cut else "fold"
        table.add_column(name, justify=side, no_wrap=True, overflow=overflow, min_width=6 if name in cut else None)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout, highlight=False).print(table)


def _show_plainly(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str]) -> None:
    every = [headings, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(headings))]
    for row in every:
        cells = zip(headings, row, widths, strict=True)
        line = "  ".join(cell.rjust(width) if name in right else cell.ljust(width) for name, cell, width in cells)
        click.echo(line.rstrip())


def width_of_terminal() -> int | None:
    """Columns of standard output; None when that is no terminal."""
    if not is_terminal(sys.stdout):
        return None
    from rich.console import Console

    return Console(file=sys.stdout).width


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
