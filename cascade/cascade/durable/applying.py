"""What events do to a run: the same when they happen, and when they are told again.

`Applying.again` brings a run to where its log ends: strands run over what was recorded, nothing is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from cascade.durable.allowance import Allowance
from cascade.durable.journal import (
    ADDED,
    CANCEL,
    CANCELLED,
    ERROR,
    LATE,
    RESULT,
    RETRY,
    SIGNAL,
    TIMES,
    WOKE,
    Event,
    Journal,
    Turn,
    read_record,
)
from cascade.durable.scheduling import Scheduler
from cascade.durable.suspensions import Attempting, Calling, Node, Sleeping, Suspension, Waiting
from cascade.durations import format_duration
from cascade.errors import Problem, StoreError
from cascade.one_run import Budget

__all__ = ["Applying"]


class Applying:
    """The events of one run."""

    def __init__(self, scheduler: Scheduler, journal: Journal, allowance: Allowance) -> None:
        self.scheduler = scheduler
        self.journal = journal
        self.allowance = allowance
        self._again = False

    async def again(self, records: Iterable[bytes]) -> None:
        """Let the run go the way that was recorded. `StoreError` CS521 when it does not, CS502 for what is damaged."""
        self._again = True
        turns = [turn for record in records for turn in read_record(record)]
        left = sum(map(len, turns))
        for turn in turns:
            self.mark_begun()
            try:
                answered = self.answered_by(turn)
                # what tasks had changed was so before anything of the turn happened
                values = [self._value_of(event, waits) for event, waits in zip(turn, answered, strict=True)]
                for event, value, waits in zip(turn, values, answered, strict=True):
                    self.apply(event, value, waits)
                    left -= 1
                    if not left:
                        self.scheduler.machine.host.again = False  # type: ignore[attr-defined] # what follows may not have been done
                    await self.scheduler.drain()
            except (IndexError, ValueError, TypeError) as error:
                raise StoreError(Problem("CS502", f"a stored record is damaged: {error}")) from error
        self._again = False

    def answered_by(self, turn: Turn) -> list[Suspension | None]:
        """What the events of a turn are about: what strands waited for when they came. One may end what another is about."""
        return [None if event[0] in (CANCEL, ADDED) else self._waiting(event[1]) for event in turn]

    def mark_begun(self) -> None:
        """When something was recorded, all that strands had come to had begun."""
        scheduler = self.scheduler
        scheduler.fresh = {suspension: None for suspension in scheduler.fresh if suspension.node.waits is suspension}
        for suspension in scheduler.fresh:
            if isinstance(suspension, Calling) and not suspension.begun and suspension.course.until is None:
                suspension.begun = True
                suspension.course.begin(scheduler.now())
                meter = scheduler.machine.host.meter
                meter.calls_spent += 1
                if meter.calls_left is not None:
                    meter.calls_left -= 1

    def _value_of(self, event: Event, waits: Suspension | None) -> object:
        match event:
            case [int(kind), node, digest, data, *_] if kind in (RESULT, ERROR, CANCELLED, RETRY):
                if not isinstance(waits, Calling):
                    raise _lost(node)
                return self.journal.take(waits, digest, data)
            case [int(kind), _, data, _] if kind == SIGNAL:
                return self.journal.take_value(data)
        return None

    def _waiting(self, number: int) -> Suspension:
        node = self.scheduler.nodes.get(number)
        if node is None or node.waits is None:
            raise _lost(number)
        return node.waits

    def apply(self, event: Event, value: Any, waits: Suspension | None) -> None:
        """Let an event happen. ``value`` is what its document holds, ``waits`` what it is about (`answered_by`). Nothing
        happens when an event of the same turn has ended that."""
        scheduler = self.scheduler
        kind = event[0]
        if kind == CANCEL:
            scheduler.cancel(scheduler.nodes[min(scheduler.nodes)])
            return
        if kind == ADDED:
            self.allowance.add(Budget(*event[1]), event[2])
            scheduler.go_on()
            return
        assert waits is not None
        node = waits.node
        if self._again and (cost := _cost_of(event)):
            self.allowance.cost(cost)
        if node.waits is not waits:
            return
        if kind in (RESULT, SIGNAL):
            scheduler.deliver(node, value)
        elif kind == ERROR:
            scheduler.throw(node, value)
        elif kind == CANCELLED:
            scheduler.throw(node, asyncio.CancelledError())
        elif kind == RETRY:
            assert isinstance(waits, Calling)
            waits.course.restore(event[4])
            waits.begun, waits.task = False, None
            self.journal.note(waits)
            scheduler.fresh[waits] = None
        elif kind == TIMES:
            if self._again:
                _tell_times(waits, event[2])
            elif isinstance(waits, Calling | Attempting):  # the others know it already, and so does what is more than a time
                waits.course.was_told(event[2])
        elif kind == WOKE:
            self._woke(node, waits)
        elif kind == LATE:
            self._late(node, waits, event[2])
        else:
            raise _lost(event[1])

    def _woke(self, node: Node, waits: Suspension) -> None:
        match waits:
            case Sleeping():
                self.scheduler.deliver(node, None)
            case Calling():
                waits.course.until = None
                self.scheduler.fresh[waits] = None
            case Attempting():
                waits.course.begin(self.scheduler.now())
                self.scheduler.fresh[waits] = None
                self.scheduler.attempt(waits)
            case _:
                raise _lost(node.number)

    def _late(self, node: Node, waits: Suspension, level: int) -> None:
        match waits:
            case Waiting():
                assert waits.seconds is not None
                limit = format_duration(timedelta(seconds=waits.seconds))
                self.scheduler.throw(node, TimeoutError(f"signal {waits.signal!r} did not come within {limit}"))
            case Attempting():
                waits.course.be_late(level)
                if waits.child is not None:
                    self.scheduler.cancel(waits.child)
                else:
                    self.scheduler.attempt_failed(waits, asyncio.CancelledError())
            case _:
                raise _lost(node.number)


def _cost_of(event: Event) -> float:
    """What the task of a call said that it costs."""
    place = {RESULT: 4, ERROR: 4, CANCELLED: 4, RETRY: 5}.get(event[0], -1)
    return float(event[place]) if 0 < place < len(event) else 0.0


def _tell_times(waits: Suspension, told: Any) -> None:
    match waits:
        case Sleeping():
            waits.until = told
        case Waiting():
            waits.until, waits.since = told
        case Calling() | Attempting():
            waits.course.restore(told)
        case _:
            raise _lost(waits.node.number)


def _lost(number: int) -> StoreError:
    message = f"the run has no strand {number} that waits for what was recorded"
    return StoreError(Problem("CS521", message, hint="the run is kept as it is"))
