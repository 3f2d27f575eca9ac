"""``cascade explain``: the title of an error code."""

from __future__ import annotations

import click

from cascade.errors import CODES, Problem, UsageError
from cascade.parameters import near_miss

__all__ = ["show_code"]

_KINDS = {
    "CS1": "found when a source is read",
    "CS2": "found when a source is compiled",
    "CS3": "found when a built program is loaded",
    "CS4": "found when a program is run, or by a command",
    "CS5": "found when something is stored, or a run in a store is asked for",
}


def show_code(code: str) -> int:
    """Write what the code means; `UsageError` CS400 when there is none of that name."""
    title = CODES.get(code.upper())
    if title is None:
        raise UsageError(Problem("CS400", f"there is no error code `{code}`", hint=near_miss(code.upper(), CODES)))
    click.echo(f"{code.upper()}: {title} ({_KINDS[code.upper()[:3]]})")
    return 0
