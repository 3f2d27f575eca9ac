"""A run that is kept in a store, to be looked at: `look` brings it back in memory, as resuming it would, up to where it waits.

Nothing is called or written, nobody's ownership is asked for, and the tasks need not be there: what they gave is in the log.
Where a log can not be gone over, what the store says of the run is all that is seen, with the reason.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, Final

import msgspec
from cascade_vm.host import UNBOUND, Place, Site

from cascade.durable.applying import Applying
from cascade.durable.course import Course
from cascade.durable.decoding import decode
from cascade.durable.host import DurableHost
from cascade.durable.journal import CANCELLED, ERROR, RESULT, RETRY, Event
from cascade.durable.kept_programs import tasks_not_needed
from cascade.durable.looks import (
    INTERRUPTED,
    CallLook,
    FrameLook,
    Look,
    ResultLook,
    RunLook,
    Shown,
    StrandLook,
    look_of,
    shown,
)
from cascade.durable.machine_values import MACHINE_CODECS
from cascade.durable.names import checked_id
from cascade.durable.running import Options, made_ready, origin_of
from cascade.durable.standing import describe, described, leaves
from cascade.durable.store import CANCEL, ENDED, RUNNING, Store, Stored
from cascade.durable.suspensions import Calling, Gathering, Node, Suspension
from cascade.durable.timers import due_at
from cascade.errors import StoreError

if TYPE_CHECKING:
    from cascade_vm.dispatch import Frame

    from cascade.durable.run import DurableRun
    from cascade.program import Program

__all__ = ["QuietHost", "bring_back", "look", "seen_rows"]

_LAST: Final = 10
"""Results that are shown."""
_PATIENCE: Final = 10.0
"""Seconds that a run may take to come to where it waits."""
_LISTED: Final = 2.0
"""The same for all runs of a listing."""


# --- bringing back -----------------------------------------------------------------------------------------------------


class QuietHost(DurableHost):
    """Of a run that is brought back and not run: what it says has been said."""

    __slots__ = ()

    def emit(self, site: Site, *arguments: Any, **keywords: Any) -> object:
        return None

    def skip(self, site: Site, *arguments: Any, **keywords: Any) -> object:
        return None

    def print(self, site: Site, *arguments: object, **keywords: object) -> object:
        return None


class _LookingHost(QuietHost):
    """And its tasks are not there: what policies they have is not known, only how far the calls have come."""

    __slots__ = ()

    def call(self, site: Site, arguments: Sequence[object], keywords: Any, policies: object) -> object:
        pending: Any = super().call(site, arguments, keywords, policies)
        calling = pending.awaitable
        calling.course = _ToldCourse(calling.course.policies, calling.course.target)
        return pending


class _ToldCourse(Course):
    """What the log says is taken as it is."""

    __slots__ = ()

    def restore(self, state: Sequence[Any]) -> None:
        self.count, attempts, deadlines, self.until, self.late, self._level = state
        self.attempts, self.deadlines = [*attempts], [*deadlines]


async def bring_back(run: DurableRun, stored: Stored, program: Program, records: Iterable[bytes] | None = None) -> None:
    """To where it waits after these records; all, where none are named. Raises `StoreError`."""
    arguments = run.journal.take_value(stored.arguments)
    if not stored.snapshot:
        run.begin(program[stored.run.flow].index, arguments)
    await run.recover(stored.snapshot or None, stored.records if records is None else records)
    await run.scheduler.drain()


class _Noting(Applying):
    """Keeps the last results."""

    def __init__(self, run: DurableRun) -> None:
        super().__init__(run.scheduler, run.journal, run.allowance)
        self.last: deque[ResultLook] = deque(maxlen=_LAST)

    def apply(self, event: Event, value: Any, waits: Suspension | None) -> None:
        """See `Applying.apply`."""
        if event[0] in _HOW and waits is not None:
            given = shown(value) if event[0] in (RESULT, ERROR) else None
            place = waits.site.place
            self.last.append(ResultLook(_named(waits), place.file, place.line, _HOW[event[0]], given))
        super().apply(event, value, waits)


_HOW: Final = {RESULT: "gave", ERROR: "raised", CANCELLED: "was cancelled", RETRY: "failed, to be tried again"}


# --- looking -------------------------------------------------------------------------------------------------------------


async def seen_rows(store: Store, rows: Sequence[RunLook]) -> list[RunLook]:
    """Rows of a listing, those of runs that are under way, or were when their process died, as they stand by their logs: a run
    tells the store where it is only when it waits for long. That takes some milliseconds a run, and no more than `_LISTED`
    seconds in all: what is left then stays as it is."""
    ends = time.monotonic() + _LISTED
    found = []
    for row in rows:
        left = ends - time.monotonic()
        if row.status in (RUNNING, INTERRUPTED) and left > 0:
            with suppress(StoreError):  # it has been removed meanwhile
                seen = await look(store, row.run, left)
                row = row if seen.reason is not None else seen.run
        found.append(row)
    return found


async def look(store: Store, run_id: str, patience: float = _PATIENCE) -> Look:
    """A run: its strands, their frames, what is under way and what was. `NoSuchRun`; of what is damaged, the reason is told."""
    stored = await store.read(checked_id(run_id))
    row = look_of(stored.run)
    signals = [each.name for each in stored.signals if each.name != CANCEL]
    if stored.run.status in ENDED:
        outcome, failed = _outcome(stored)
        return Look(row, [], [], [], signals, outcome, failed, None)
    try:
        program = tasks_not_needed(await store.program(stored.run.program), origin_of(stored))
        run = made_ready(store, stored, program, Options(codegen=False, host=_LookingHost))
    except Exception as error:
        return Look(row, [], [], [], signals, None, False, _reason(error))
    noting = run.applying = _Noting(run)
    try:
        await asyncio.wait_for(bring_back(run, stored, program), patience)
        return _seen(run, program, row, signals, [*noting.last])
    except TimeoutError:
        reason = f"it computes for more than {patience:g} seconds from what was committed last"
        return Look(row, [], [], [*noting.last], signals, None, False, reason)
    except Exception as error:
        return Look(row, [], [], [*noting.last], signals, None, False, _reason(error))
    finally:
        run.scheduler.close()


def _reason(error: Exception) -> str:
    problems = getattr(error, "problems", None)
    return str(problems[0].message) if problems else f"{type(error).__name__}: {error}"


def _seen(run: DurableRun, program: Program, row: RunLook, signals: list[str], results: list[ResultLook]) -> Look:
    scheduler, meter = run.scheduler, run.host.meter
    nodes = [node for _, node in sorted(scheduler.nodes.items())]
    seeing = _Seeing(run, program)
    calls = [_call(node.waits) for node in nodes if isinstance(node.waits, Calling)]
    row = msgspec.structs.replace(row, turns=meter.turns_spent, calls=meter.calls_spent, **_standing(row, leaves(scheduler)))
    return Look(row, [*map(seeing.strand, nodes)], calls, results, signals, None, False, None)


def _standing(row: RunLook, waits: Sequence[Suspension]) -> dict[str, Any]:
    """The store is told where a run stands when that waits for long; here it is known."""
    place = waits[0].site.place if waits else None
    if place is None or not place.line:
        return {}
    said = {"place": f"{place.file}:{place.line}"}
    if row.status not in (RUNNING, INTERRUPTED):  # what it said is how it still is
        return {**said, "waits": row.waits or describe(waits[0])}
    since = getattr(waits[0], "since", 0.0) or max(row.updated, row.since)
    return {**said, "waits": described(waits), "since": since}


def _outcome(stored: Stored) -> tuple[Shown | None, bool]:
    if stored.outcome is None:
        return None, False
    try:
        outcome: Any = decode(stored.outcome, codecs=MACHINE_CODECS)
        kind, value = outcome
    except Exception as error:
        return Shown(_reason(error), None), False
    return shown(value), kind == "error"


class _Seeing:
    """The strands of a run, as they are shown."""

    def __init__(self, run: DurableRun, program: Program) -> None:
        self.image = run.scheduler.machine.image
        self.line_of: Callable[[str, int], str | None] = program.material.line

    def strand(self, node: Node) -> StrandLook:
        waits = node.waits
        assert waits is not None
        frames: list[FrameLook] = []
        for frame in node.strand.frames:
            frames += self.frame(frame, waits.site.place if frame is node.strand.frames[-1] else None)
        parent = None if node.parent is None else node.parent.node.number
        until = due_at(waits)
        return StrandLook(node.number, parent, _waits(waits), None if until == inf else until, frames)

    def frame(self, frame: Frame, at: Place | None) -> list[FrameLook]:
        """The frame of a flow, after those that it was inlined into."""
        flow = frame.flow.flow
        trail = self.image.trail_at(flow, frame.flow.pc_of(frame.at))
        if at is not None and at.line:
            trail = [at, *trail[1:]]
        held = zip(flow.variables, frame.registers, strict=False)
        variables = {name: shown(value) for name, value in held if name is not None and value is not UNBOUND}
        frames = [FrameLook(place.flow, place.file, place.line, self.text(place), {}) for place in reversed(trail)]
        return [*frames[:-1], msgspec.structs.replace(frames[-1], variables=variables)]

    def text(self, place: Place) -> str:
        return (self.line_of(place.file, place.line) or "").strip()


def _waits(waits: Suspension) -> str:
    if isinstance(waits, Gathering):
        return f"{len(waits.running)} {'strand' if len(waits.running) == 1 else 'strands'}"
    return describe(waits) or "an attempt"


def _call(call: Calling) -> CallLook:
    place = call.site.place
    keywords = {name: shown(value) for name, value in call.keywords.items()}
    positional = [shown(value) for value in call.positional]
    return CallLook(_named(call), place.file, place.line, positional, keywords, max(call.course.count, 1), call.since or None)


def _named(waits: Suspension) -> str:
    return waits.site.target.rpartition(":")[2]
