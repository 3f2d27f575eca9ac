"""``cascade show``: where a run stands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from cascade.cli.kept import named_store
from cascade.cli.listing import short_place
from cascade.cli.output import results_only
from cascade.cli.tables import age_text, one_line, size_text, width_of_terminal
from cascade.durable.looking import look
from cascade.durable.looks import CallLook, FrameLook, Look, RunLook, Shown, StrandLook
from cascade.durable.opened import using

__all__ = ["show_run"]


def show_run(run_id: str, *, store: str | None, as_json: bool) -> int:
    """Write what there is to see of a run."""
    url = named_store(store)

    async def looked() -> Look:
        async with using(url, create=False) as opened:
            return await look(opened, run_id)

    with results_only() as out:
        found = asyncio.run(looked())
        if as_json:
            out.line(msgspec.json.encode(_plain(found)).decode())
            return 0
    width = width_of_terminal()
    for line in _lines(found, time.time()):
        click.echo(one_line(line, width).rstrip())
    return 0


def _plain(value: Any) -> Any:
    """What is shown as JSON: of a value only that."""
    match value:
        case Shown():
            return value.json
        case msgspec.Struct():
            return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return value


def _lines(found: Look, now: float) -> Iterator[str]:
    yield from _head(found.run, now)
    if found.reason is not None:
        yield f"there is no more to be seen: {found.reason}"
    if found.outcome is not None:
        yield f"{'error' if found.failed else 'result'}  {found.outcome.text}"
    for strand in found.strands:
        yield ""
        yield from _strand(strand, len(found.strands) > 1, now)
    if found.in_flight:
        yield from ("", "calls in flight")
        yield from (f"  {_call(call, now)}" for call in found.in_flight)
    if found.results:
        yield from ("", "last results")
        for result in found.results:
            given = "" if result.value is None else f" {result.value.text}"
            yield f"  {_at(result.file, result.line)}  {result.task} {result.how}{given}"
    if found.signals:
        yield from ("", f"signals that nobody has taken: {', '.join(found.signals)}")


def _head(run: RunLook, now: float) -> Iterator[str]:
    by = f" in process {run.process}" if run.process else ""
    yield f"{run.run}  {run.status}{by}: {run.flow} of {run.program}"
    if run.place:
        waits = f", waits for {run.waits}" if run.waits else ""
        until = "" if run.until is None else f", until {_moment(run.until)}"
        yield f"at {short_place(run.place)}{waits}{until}, for {age_text(now - run.since)}"
    begun = f"begun {_moment(run.created)}"
    log = f"{run.records} {'record' if run.records == 1 else 'records'} since the last snapshot"
    yield f"{begun}; {run.turns:,} turns, {run.calls:,} calls; {size_text(run.bytes)}, {log}"


def _strand(strand: StrandLook, is_one_of_many: bool, now: float) -> Iterator[str]:
    if is_one_of_many:
        of = "" if strand.parent is None else f" of strand {strand.parent}"
        yield f"strand {strand.number}{of}: waits for {strand.waits}"
    else:
        until = "" if strand.until is None else f", until {_moment(strand.until)}"
        yield f"waits for {strand.waits}{until}"
    for frame in strand.frames:
        yield from _frame(frame)


def _frame(frame: FrameLook) -> Iterator[str]:
    yield f"  {frame.flow}, {_at(frame.file, frame.line)}"
    if frame.text:
        yield f"    > {frame.text}"
    for name, value in frame.variables.items():
        yield f"    {name} = {value.text}"


def _call(call: CallLook, now: float) -> str:
    given = [*(value.text for value in call.arguments), *(f"{name}={value.text}" for name, value in call.keywords.items())]
    attempt = f", attempt {call.attempt}" if call.attempt > 1 else ""
    since = "" if call.since is None else f", for {age_text(now - call.since)}"
    return f"{_at(call.file, call.line)}  {call.task}({', '.join(given)}){attempt}{since}"


def _at(file: str, line: int) -> str:
    return short_place(f"{file}:{line}")


def _moment(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.0f}"
