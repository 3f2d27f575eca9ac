"""``cascade runs``: what is in a store."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from typing import Final

import click
import msgspec

from cascade.cli.kept import named_store
from cascade.cli.output import complain
from cascade.cli.tables import age_text, one_line, show_table, size_text
from cascade.durable.kept_runs import runs_in
from cascade.durable.looks import RunLook
from cascade.durable.opened import using
from cascade.durable.store import DAMAGED, ENDED
from cascade.durations import parse_duration
from cascade.errors import Problem, UsageError

__all__ = ["list_runs", "short_place"]

_HEADINGS = ("run", "status", "flow", "at", "waits for", "since", "turns", "calls", "bytes")
_REASON: Final = 60
"""Letters of why a run is paused, in a table: `cascade show` and ``--json`` have it whole."""


def list_runs(*, store: str | None, status: str | None, limit: int, as_json: bool, prune: str | None) -> int:
    """Write the runs; or remove those that ended long ago."""
    url = named_store(store)
    if prune is not None:
        return _prune(url, prune)

    async def found() -> list[RunLook]:
        async with using(url, create=False) as opened:
            return await runs_in(opened, status, limit)

    rows = asyncio.run(found())
    if as_json:
        click.echo(msgspec.json.encode(rows).decode())
        return 0
    if not rows:
        complain("no runs" if status is None else f"no runs that are {status}")
        return 0
    now = time.time()
    show_table(
        _HEADINGS, [_cells(row, now) for row in rows], ("since", "turns", "calls", "bytes"), ("waits for", "at", "flow", "run")
    )
    lost = sum(row.status == DAMAGED for row in rows)
    if lost:
        complain(f"{lost} of these runs {'is' if lost == 1 else 'are'} damaged in the store and could not be read")
    if len(rows) == limit:
        complain(f"the newest {limit}: `--limit` shows more")
    return 0


def _cells(row: RunLook, now: float) -> tuple[str, ...]:
    if row.status == DAMAGED:
        return row.run, row.status, *[""] * 7
    since = age_text(now - row.since)
    spent = f"{row.turns:,}", f"{row.calls:,}", size_text(row.bytes)
    return row.run, row.status, row.flow, short_place(row.place), one_line(row.waits, _REASON), since, *spent


def short_place(place: str) -> str:
    """A place from here, where that is shorter."""
    near = os.path.relpath(place) if os.path.isabs(place) else place
    return near if len(near) < len(place) else place


def _prune(url: str, text: str) -> int:
    try:
        age = parse_duration(text)
    except ValueError:
        age = timedelta(-1)
    if age < timedelta():
        raise UsageError(Problem("CS400", f"--prune takes a duration such as 30d or 12h, not `{text}`"))

    async def pruned() -> int:
        async with using(url, create=False) as opened:
            return await opened.prune(before=time.time() - age.total_seconds(), statuses=ENDED)

    count = asyncio.run(pruned())
    complain(f"{count} {'run' if count == 1 else 'runs'} removed")
    return 0
