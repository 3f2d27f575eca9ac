"""A durable run under way: makes the calls that its strands come to, and commits what they give before a strand sees it.

Each round of `DurableRun.run` begins when all strands wait. What has happened since (a *turn* of events) is committed, then
delivered; then the strands run to what they wait for next. When the log has outgrown the state, or would take long to run over,
a snapshot takes its place. After what can not be gone over in the same way (`Journal.exact`), a snapshot is what is committed:
so nothing is ever recovered that could come out otherwise.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Pending
from cascade_vm.machine import Machine
from cascade_vm.opcodes import Call, Invoke, Method

from cascade.current import CurrentCall, showing
from cascade.durable.applying import Applying
from cascade.durable.changes import copies_of, has_changed
from cascade.durable.host import DurableHost
from cascade.durable.inbox import Inbox
from cascade.durable.journal import (
    CANCELLED,
    ERROR,
    LATE,
    RESULT,
    RETRY,
    TIMES,
    WOKE,
    Event,
    Journal,
    Turn,
    write_record,
)
from cascade.durable.saving import restore, state_of
from cascade.durable.scheduling import Outcome, Scheduler
from cascade.durable.suspensions import Attempting, Calling, Sleeping, Suspension, Waiting
from cascade.durable.timers import Timers
from cascade.errors import NotStorable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DurableRun", "Ledger", "Paused"]

LEAST_LOG: Final = 16_384
"""Bytes of a log that are not worth a snapshot."""
MOST_COMPUTED: Final = 0.05
"""Seconds of computing between calls that a resumed run may have to do again."""
WORTH_A_BYTE: Final = 1e-6
"""Seconds more of it, for each byte that a snapshot has: else a run that computes much writes a large state all the time."""
FAR: Final = 1.0
"""Seconds. A time this far away is committed when it is set, so that a restart does not set it anew."""
SETTLED: Final = 0.5
"""Seconds that a run waits for something before it says so."""


class Ledger(Protocol):
    """Where a run is written down: its place in a store, while it is this process's."""

    async def commit(
        self, records: Sequence[bytes] = (), *, snapshot: bytes | None = None, taken: Sequence[int] = ()
    ) -> None:
        """Durable when it returns. ``snapshot`` takes the place of all records so far."""

    async def stand(self, run: DurableRun) -> None:
        """Say where the run is and what it waits for."""


class Paused(Exception):  # noqa: N818 - says what happened
    """A run can not go on for now; ``reason`` says why. It is kept as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DurableRun:
    """A run on a machine whose host is a `DurableHost`. It is begun (`begin`) or brought back (`recover`), then `run`."""

    def __init__(
        self,
        machine: Machine,
        host: DurableHost,
        journal: Journal,
        ledger: Ledger,
        inbox: Inbox,
        *,
        now: Callable[[], float],
        chance: Callable[[], float],
        run_id: str = "",
    ) -> None:
        self.run_id = run_id
        self.host = host
        self.journal = journal
        self.ledger = ledger
        self.inbox = inbox
        self.now = now
        self.scheduler = Scheduler(machine, now, chance, journal.note)
        self.applying = Applying(self.scheduler, journal)
        self.timers = Timers()
        self._unwritten: list[Turn] = []
        self._arrived: list[tuple[Calling, asyncio.Task[Any]]] = []
        self._awake: asyncio.Future[None] | None = None
        self._begun_here = False
        """Coroutines of tasks have been made that have not run yet."""
        self._logged = 0
        self._snapshot_size = 0
        self._inexact = False
        """What is to be committed can not be gone over again: a snapshot is committed in its place."""
        self._stopped: BaseException | None = None
        inbox.on_arrival = self.wake

    # --- from where ---

    def begin(self, flow: int, arguments: Sequence[object]) -> None:
        """At the start of a flow."""
        machine = self.scheduler.machine
        self.scheduler.start(machine.image.flows[flow], arguments, 0, None, 0)

    async def recover(self, snapshot: bytes | None, records: Iterable[bytes]) -> None:
        """Where it was when it was written down; after `begin` when there is no snapshot. Raises `StoreError`."""
        self.host.again = True
        try:
            if snapshot is not None:
                restore(self.scheduler, self.journal.take_snapshot(snapshot))
                self._snapshot_size = len(snapshot)
            written = list(records)
            self._logged = sum(map(len, written))
            if written:
                await self.scheduler.drain()
                await self.applying.again(written)
        finally:
            self.host.again = False

    # --- rounds ---

    async def run(self) -> Outcome:
        """Run to the end. Raises `Paused` when something is used up, and what ends the process in a call."""
        scheduler = self.scheduler
        try:
            await scheduler.drain()
            while scheduler.outcome is None:
                if self._stopped is not None:
                    raise self._stopped
                if self._should_save():
                    await self.save()
                turn: Turn = []
                values: list[object] = []
                try:
                    self._round(turn, values)
                except NotStorable:
                    await self._keep(turn)
                    raise
                if scheduler.spent is not None:
                    await self.save()
                    raise Paused(f"the run used up its budget of {scheduler.spent}")
                if turn:
                    if self._begun_here:  # what runs beside what is there already takes its first step
                        self._begun_here = False
                        await asyncio.sleep(0)
                    await self._happen(turn, values)
                else:
                    await self._wait()
            return scheduler.outcome
        finally:
            scheduler.close()

    def _round(self, turn: Turn, values: list[object]) -> None:
        """What has happened since: the events, and the values that they bring. Raises `NotStorable`."""

        def add(event: Event, value: object = None) -> None:
            turn.append(event)
            values.append(value)

        scheduler = self.scheduler
        fresh, scheduler.fresh = scheduler.fresh, []
        for suspension in fresh:
            if suspension.node.waits is suspension:
                self._begin(suspension, add)
        arrived, self._arrived = self._arrived, []
        for call, task in arrived:
            if call.node.waits is call and call.task is task:
                call.task = None
                self._ended(call, *_outcome_of(call, task), add)
        for suspension in self.timers.due(self.now()):
            self._is_due(suspension, add)
        self.inbox.hand_out(scheduler, self.journal, add)

    async def _happen(self, turn: Turn, values: list[object]) -> None:
        """Commit events, then let them happen."""
        exact = self.journal.exact and not self._inexact
        if exact:
            self._unwritten.append(turn)
            if any(map(self._is_urgent, turn)):
                await self._write()
        for event, value in zip(turn, values, strict=True):
            self.applying.apply(event, value)
            await self.scheduler.drain()
        values.clear()
        if not exact and self.scheduler.outcome is None:
            await self.save()

    async def _keep(self, turn: Turn) -> None:
        """Commit what came before something that can not be: those calls are not made again."""
        if turn and self.journal.exact and not self._inexact:
            self._unwritten.append(turn)
            await self._write()

    async def _write(self) -> None:
        record = write_record(self._unwritten)
        await self.ledger.commit([record], taken=self.inbox.taken())
        self._unwritten.clear()
        self._logged += len(record)

    def _is_urgent(self, event: Event) -> bool:
        """Whether it has to be durable before it happens."""
        kind = event[0]
        if kind == TIMES:
            return bool(_time_told(event[2]) > self.now() + FAR)
        return bool(kind != WOKE)

    # --- snapshots ---

    def _should_save(self) -> bool:
        large = self._logged > max(LEAST_LOG, self._snapshot_size)
        slow = self.scheduler.computed > MOST_COMPUTED + WORTH_A_BYTE * self._snapshot_size and self._logged > 0
        if not large and not slow:
            return False
        return self._logged > 8 * max(LEAST_LOG, self._snapshot_size) or not self._is_being_changed()

    def _is_being_changed(self) -> bool:
        """Whether a task under way has changed its arguments: when it is called again it should not get them so."""
        calls = (node.waits for node in self.scheduler.nodes.values())
        return any(isinstance(call, Calling) and call.before and has_changed(call.before, self.journal.codecs) for call in calls)

    async def save(self) -> None:
        """Commit a snapshot in the place of the log."""
        data = self.journal.snapshot(state_of(self.scheduler))
        await self.ledger.commit(snapshot=data, taken=self.inbox.taken())
        self._unwritten.clear()
        self._snapshot_size, self._logged = len(data), 0
        self.scheduler.computed = 0.0
        self._inexact = False
        for node in self.scheduler.nodes.values():
            if isinstance(node.waits, Calling):
                self.journal.note(node.waits)  # what it can reach may be more by now
                if node.waits.task is not None:
                    node.waits.before = copies_of(node.waits.objects, self.journal.codecs)

    # --- beginning ---

    def _begin(self, suspension: Suspension, add: Callable[..., None]) -> None:
        """A strand has come to wait for this, here or in another process."""
        now = self.now()
        match suspension:
            case Calling():
                self._begin_call(suspension, add)
                return
            case Sleeping():
                if suspension.until is None:
                    suspension.until = now + suspension.seconds
                    if suspension.seconds:
                        add([TIMES, suspension.node.number, suspension.until])
            case Waiting():
                if suspension.until is None:
                    suspension.until = math.inf if suspension.seconds is None else now + suspension.seconds
                    suspension.since = now
                    add([TIMES, suspension.node.number, [suspension.until, now]])
                self.inbox.expect(suspension)
            case Attempting() if suspension.course.is_untold():
                add([TIMES, suspension.node.number, suspension.course.state()])
        self.timers.watch(suspension)

    def _begin_call(self, call: Calling, add: Callable[..., None]) -> None:
        if call.course.until is not None:  # it pauses before another attempt
            self.timers.watch(call)
        elif call.cancelling:  # it was under way when the process ended
            self._ended(call, None, asyncio.CancelledError(), add)
        else:
            self._make(call, add)

    def _make(self, call: Calling, add: Callable[..., None]) -> None:
        """Make a call; what it gives at once is an event already."""
        if self.host.meter.calls_left == 0:
            self.scheduler.spent = "calls"
            self.scheduler.fresh.append(call)
            return
        if not call.begun:
            call.begun = True
            call.course.begin(self.now())
        call.since = self.now()
        call.before = copies_of(call.objects, self.journal.codecs) if call.objects else []
        call.at_step = self.scheduler.steps
        if call.course.is_untold():
            add([TIMES, call.node.number, call.course.state()])
        self.timers.watch(call)
        value: object = None
        try:
            with showing(CurrentCall(self._key(call), call.course.count, self.run_id, lambda: self._beat(call))):
                value = self.host.make(call)
                if type(value) is Pending:
                    call.task = asyncio.ensure_future(_awaited(value.awaitable))
            if call.task is not None:
                self._begun_here = True
                call.task.add_done_callback(lambda task: self._arrive(call, task))
                return
        except BudgetExhausted:
            raise
        except (Exception, asyncio.CancelledError) as error:
            self._ended(call, None, error, add)
        else:
            self._ended(call, value, None, add)

    def _key(self, call: Calling) -> str:
        """What names a call: the run, the strand, and the how manieth thing that the strand has waited for."""
        return f"{self.run_id}/{call.node.number}.{call.number}"

    def _beat(self, call: Calling) -> None:
        """A task says that it is alive."""

    def _arrive(self, call: Calling, task: asyncio.Task[Any]) -> None:
        self._arrived.append((call, task))
        self.wake()

    # --- ending ---

    def _ended(self, call: Calling, value: object, error: BaseException | None, add: Callable[..., None]) -> None:
        """An attempt at a call has ended."""
        node, course = call.node.number, call.course
        if call.before and call.at_step != self.scheduler.steps and has_changed(call.before, self.journal.codecs):
            self._inexact = True  # others have run since: whose change it is can not be said
        try:
            if error is None:
                add([RESULT, node, call.digest, self.journal.outcome(call, value)], value)
            elif call.cancelling and course.late < 0 and isinstance(error, asyncio.CancelledError):
                add([CANCELLED, node, call.digest, self.journal.outcome(call, None)])
            elif (final := error if call.cancelling else course.failed(error, self.now(), self.scheduler.chance())) is None:
                self.host.tell_retry(call, error)
                add([RETRY, node, call.digest, self.journal.outcome(call, None), course.state()])
            elif isinstance(final, asyncio.CancelledError):
                raise final  # nobody asked for it: the process is being ended
            else:
                add([ERROR, node, call.digest, self.journal.outcome(call, final)], final)
        except NotStorable as refused:
            raise self._located(refused, call) from refused.__cause__
        call.before = []

    def _located(self, refused: NotStorable, call: Calling) -> NotStorable:
        place = call.site.place
        return refused.at(self._variable_of(call), f"{place.file}:{place.line}:{place.column + 1}")

    def _variable_of(self, call: Calling) -> str:
        """What the program calls the result of a call."""
        for linked in self.scheduler.machine.image.flows:
            for pc, instruction in enumerate(linked.flow.code):
                if isinstance(instruction, Call | Method | Invoke):
                    place = self.scheduler.machine.image.trail_at(linked.flow, pc)[0]
                    name = linked.flow.variables[instruction.dst] if instruction.dst < len(linked.flow.variables) else None
                    if place == call.site.place and name is not None:
                        return name
        return "result"

    def _is_due(self, suspension: Suspension, add: Callable[..., None]) -> None:
        """The time of a suspension has come."""
        node, now = suspension.node.number, self.now()
        match suspension:
            case Sleeping():
                add([WOKE, node])
            case Waiting():
                self.inbox.forget(suspension)
                add([LATE, node, -1])
            case Calling(course=course) | Attempting(course=course):
                if course.is_late(now):
                    self._be_late(suspension, add)
                elif course.until is not None and course.until <= now:
                    add([WOKE, node])
                else:
                    self.timers.watch(suspension)

    def _be_late(self, suspension: Calling | Attempting, add: Callable[..., None]) -> None:
        if isinstance(suspension, Attempting):
            level, suspension.course.late = suspension.course.late, -1
            add([LATE, suspension.node.number, level])
        elif suspension.task is not None:
            suspension.task.cancel()
        else:
            self._ended(suspension, None, asyncio.CancelledError(), add)

    # --- waiting ---

    def wake(self) -> None:
        """Something has happened."""
        if self._awake is not None and not self._awake.done():
            self._awake.set_result(None)

    def stop(self, error: BaseException) -> None:
        """The run can not go on here."""
        self._stopped = error
        self.wake()

    async def _wait(self) -> None:
        """Until something happens."""
        if self._arrived or self.inbox.has_more or self._stopped is not None:
            return
        loop = asyncio.get_running_loop()
        self._awake = loop.create_future()
        try:
            due = self.timers.next() - self.now()
            if due > SETTLED:
                timer = loop.call_later(SETTLED, self.wake)
                await self._awake
                timer.cancel()
                if self._arrived or self.inbox.has_more:
                    return
                await self.ledger.stand(self)
                self._awake = loop.create_future()
                if self._arrived or self.inbox.has_more:
                    return
            due = self.timers.next() - self.now()
            handle = None if due == math.inf else loop.call_later(max(0.0, min(due, 60.0)), self.wake)
            await self._awake
            if handle is not None:
                handle.cancel()
        finally:
            self._awake = None


def _time_told(told: Any) -> float:
    """The latest of the times that an event tells."""
    if isinstance(told, float | int):
        return told
    times = told if len(told) == 2 else [*told[2], told[3]]
    return max((time for time in times if time is not None and time < math.inf), default=math.inf if len(told) == 2 else 0.0)


def _outcome_of(call: Calling, task: asyncio.Task[Any]) -> tuple[object, BaseException | None]:
    if task.cancelled() or call.is_lost:
        return None, asyncio.CancelledError()
    error = task.exception()
    return (None, error) if error is not None else (task.result(), None)


async def _awaited(awaitable: Awaitable[Any]) -> object:
    return await awaitable
