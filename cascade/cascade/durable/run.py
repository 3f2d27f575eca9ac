"""A durable run under way: makes the calls that its strands come to, and commits what they give before a strand sees it.

Each round of `DurableRun.run` begins when all strands wait. What has happened since (a *turn* of events) is committed, then
delivered; then the strands run to what they wait for next. When the log has outgrown the state, or would take long to run over,
a snapshot takes its place. After what can not be gone over in the same way (`Journal.exact`), a snapshot is what is committed:
so nothing is ever recovered that could come out otherwise.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

from cascade_vm.machine import Machine

from cascade.durable.applying import Applying
from cascade.durable.calling import Calls
from cascade.durable.changes import copies_of, has_changed
from cascade.durable.host import DurableHost
from cascade.durable.inbox import Inbox
from cascade.durable.journal import (
    ADDED,
    CANCEL,
    TIMES,
    WOKE,
    Event,
    Journal,
    Turn,
    write_record,
)
from cascade.durable.ledger import Ledger, Written
from cascade.durable.saving import located, restore, state_of
from cascade.durable.scheduling import Outcome, Scheduler
from cascade.durable.straight import event_of, what_happens
from cascade.durable.suspensions import Calling
from cascade.durable.waking import Waker
from cascade.errors import NotStorable
from cascade.turns import take_turns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cascade.one_run import Budget

__all__ = ["DurableRun", "Paused"]

LEAST_LOG: Final = 4_096
"""Bytes of a log that are not worth a snapshot."""
MOST_COMPUTED: Final = 0.05
"""Seconds of computing between calls that a resumed run may have to do again."""
WORTH_A_BYTE: Final = 1e-6
"""Seconds more of it, for each byte that a snapshot has: else a run that computes much writes a large state all the time."""
FAR: Final = 1.0
"""Seconds. A time this far away is committed when it is set, so that a restart does not set it anew."""


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
        self._waker = Waker()
        self.calls = Calls(self.scheduler, host, journal, inbox, run_id, self._waker.wake)
        self.allowance = self.calls.allowance
        self.applying = Applying(self.scheduler, journal, self.allowance)
        self.unwritten: list[Turn] = []
        """What has happened and need not be durable yet."""

        self._logged = 0
        """Bytes of the log."""
        self._snapshot_size = 0
        self._stopped: BaseException | None = None
        inbox.on_arrival = self._waker.wake

    # --- from where ---

    def begin(self, flow: int, arguments: Sequence[object]) -> None:
        """At the start of a flow."""
        linked = self.scheduler.machine.image.flows[flow]
        self.scheduler.root = linked.flow.name
        self.scheduler.start(linked, arguments, 0, None, 0)

    async def recover(self, snapshot: bytes | None, records: Iterable[bytes]) -> None:
        """Where it was when it was written down; after `begin` when there is no snapshot. Raises `StoreError`."""
        self.host.again = True
        try:
            if snapshot is not None:
                restore(self.scheduler, self.allowance, self.journal.take_snapshot(snapshot))
                self._snapshot_size = len(snapshot)
            written = list(records)
            self._logged = sum(map(len, written))
            if written:
                await self.scheduler.drain()
                await self.applying.again(written)
        finally:
            self.host.again = False

    async def add(self, budget: Budget) -> None:
        """It may spend more, in every process from now on. Raises `NotStorable`."""
        await self._happen([[ADDED, [*astuple(budget)], self.now()]], [None])

    async def go_on(self, flow: int, arguments: Sequence[object]) -> None:
        """With another flow, when one has ended with a tail call: what was before is not gone over again."""
        self.scheduler.outcome = None
        self.begin(flow, arguments)
        await self.scheduler.drain()
        if self.scheduler.outcome is None:
            await self.save()

    # --- rounds ---

    async def run(self) -> Outcome:
        """Run to the end. Raises `Paused` when something is used up, and what ends the process in a call."""
        scheduler, calls = self.scheduler, self.calls
        try:
            await scheduler.drain()
            while scheduler.outcome is None:
                if self._stopped is not None:
                    raise self._stopped
                if (self._logged > LEAST_LOG or scheduler.computed > MOST_COMPUTED) and self._should_save():
                    await self._save_if_it_can()
                happens = what_happens(self)
                if happens is not None:
                    call, value, error = happens
                    del happens
                    if call is None:
                        calls.begun_here = False
                        await self._waker.sleep(settles=True)
                        if self._waker.has_settled:
                            await self._settle()
                    elif (event := event_of(self, call, value, error)) is None:
                        await self._end(call, value, error)
                    elif not self.journal.exact:  # the value is a set, or has one
                        await self._happen([event], [value])
                    else:
                        record = write_record(((event,),))
                        await self.ledger.commit((record,))
                        self._logged += len(record)
                        scheduler.deliver(call.node, value)
                        if not scheduler.advance():
                            await take_turns()
                            await scheduler.drain()
                    continue
                turn: Turn = []
                values: list[object] = []
                try:
                    self._round(turn, values)
                except BaseException:
                    await self._keep(turn)
                    raise
                if turn:
                    if calls.begun_here:  # what runs beside what is there already takes its first step
                        calls.begun_here = False
                        await asyncio.sleep(0)
                    await self._happen(turn, values)
                elif calls.transactions:
                    await self._transact(calls.transactions.popleft())
                elif calls.spent is not None and not calls.under_way:
                    await self._save_if_it_can()
                    raise Paused(f"the run used up {calls.spent}")
                else:
                    await self._wait()
            return scheduler.outcome
        finally:
            self._waker.close()
            scheduler.close()

    def _round(self, turn: Turn, values: list[object]) -> None:
        """What has happened since: the events, and the values that they bring. Raises `NotStorable`."""

        def add(event: Event, value: object = None) -> None:
            turn.append(event)
            values.append(value)

        if self.inbox.is_cancelled():  # looked at first: what the run has come to is not begun just to be ended
            self.applying.mark_begun()
            add([CANCEL])
            return
        self.calls.collect(add)
        if turn and self.calls.spent is not None and self.scheduler.fresh:
            self.calls.inexact = True  # in a log all that strands have come to would count as begun
        if not turn:
            self.inbox.hand_out(self.journal, add)

    async def _end(self, call: Calling, value: object, error: BaseException | None) -> None:
        """A call has ended: commit that, and let it happen."""
        turn: Turn = []
        values: list[object] = []

        def add(event: Event, value: object = None) -> None:
            turn.append(event)
            values.append(value)

        self.calls.end(call, value, error, add)
        await self._happen(turn, values)

    async def _happen(self, turn: Turn, values: list[object]) -> None:
        """Commit events, then let them happen."""
        exact = self._is_exact()
        if exact:
            self.unwritten.append(turn)
            for event in turn:
                if self._is_urgent(event):
                    await self._write()
                    break
        await self._apply(turn, values)
        if not exact and self.scheduler.outcome is None:
            await self.save()

    def _is_exact(self) -> bool:
        """Whether what is to be committed can be gone over again; else a snapshot is committed in its place."""
        return self.journal.exact and not self.calls.inexact

    async def _apply(self, turn: Turn, values: list[object]) -> None:
        scheduler, applying = self.scheduler, self.applying
        for event, value, waits in zip(turn, values, applying.answered_by(turn), strict=True):
            applying.apply(event, value, waits)
            await scheduler.drain()
        values.clear()

    async def _keep(self, turn: Turn) -> None:
        """Commit what came before something that can not be: those calls are not made again."""
        if turn and self._is_exact():
            self.unwritten.append(turn)
            await self._write()

    async def _write(self) -> None:
        record = write_record(self.unwritten)
        await self.ledger.commit([record], taken=self.inbox.taken())
        self.unwritten.clear()
        self._logged += len(record)

    def _is_urgent(self, event: Event) -> bool:
        """Whether it has to be durable before it happens."""
        kind = event[0]
        return kind != WOKE if kind != TIMES else _time_told(event[2]) > self.now() + FAR

    # --- snapshots ---

    def _should_save(self) -> bool:
        """Asked when the log is long, or much has been computed."""
        large = self._logged > max(LEAST_LOG, self._snapshot_size)
        slow = self.scheduler.computed > MOST_COMPUTED + WORTH_A_BYTE * self._snapshot_size and self._logged > 0
        if not large and not slow:
            return False
        return not self._is_being_changed()

    def _is_being_changed(self) -> bool:
        """Whether a task under way has changed its arguments: when it is called again it should not get them so."""
        calls = (node.waits for node in self.scheduler.nodes.values())
        return any(
            isinstance(call, Calling) and call.before and has_changed(call.before, self.journal.codecs) for call in calls
        )

    async def _save_if_it_can(self) -> None:
        """A variable may hold what can not be stored: the log still can be gone over, and grows."""
        try:
            await self.save()
        except NotStorable:
            if not self._is_exact():
                raise
            self._snapshot_size, self.scheduler.computed = 2 * self._logged, 0.0  # when it is tried again

    def _snapshot(self) -> bytes:
        try:
            return self.journal.snapshot(state_of(self.scheduler, self.allowance))
        except NotStorable as refused:
            raise located(refused, self.scheduler) from refused.__cause__

    async def save(self) -> None:
        """Commit a snapshot in the place of the log. Raises `NotStorable`."""
        data = self._snapshot()
        await self.ledger.commit(snapshot=data, taken=self.inbox.taken())
        self._has_saved(len(data))

    def _has_saved(self, size: int) -> None:
        self.unwritten.clear()
        self._snapshot_size, self._logged = size, 0
        self.scheduler.computed = 0.0
        self.calls.inexact = False
        for node in self.scheduler.nodes.values():
            if isinstance(node.waits, Calling):
                self.journal.note(node.waits)  # what it can reach may be more by now
                if node.waits.task is not None:
                    node.waits.before = copies_of(node.waits.objects, self.journal.codecs)
                    if node.waits.before:
                        self.calls.sharing.begin(node.waits)

    async def _transact(self, call: Calling) -> None:
        """A call whose result is committed in one transaction with what it writes itself."""
        if call.node.waits is not call:
            return
        turn: Turn = []
        values: list[object] = []

        def add(event: Event, value: object = None) -> None:
            turn.append(event)
            values.append(value)

        async def work(connection: Any) -> Written:
            try:
                value = await self.calls.made_in(connection, call)
            except Exception as error:
                raise _TaskError(error) from error
            self.calls.ended(call, value, None, add)
            if self._is_exact():
                return [write_record([*self.unwritten, turn])], None
            await self._apply(turn, values)
            return (), self._snapshot()

        try:
            await self.ledger.transact(work, self.inbox.taken())
        except _TaskError as raised:
            turn.clear()
            values.clear()
            self.calls.ended(call, None, raised.error, add)
            await self._happen(turn, values)
            return
        if self._is_exact():
            self.unwritten.clear()
            await self._apply(turn, values)
        else:
            self._has_saved(0)

    # --- waiting ---

    def stop(self, error: BaseException) -> None:
        """The run can not go on here."""
        self._stopped = error
        self._waker.wake()

    def _has_news(self) -> bool:
        is_over = self.calls.spent is None and self.allowance.is_over(self.now())
        return bool(self.calls.arrived or self.inbox.has_more or self._stopped is not None or is_over)

    async def _wait(self) -> None:
        """Until something happens."""
        if self._has_news():
            return
        self.calls.begun_here = False  # they take their first steps now
        await self._waker.wait(self._seconds_left(), settles=True)
        if self._waker.has_settled:
            await self._settle()

    async def _settle(self) -> None:
        """The run has waited for a while: the store is told where it stands."""
        if not self._has_news():
            await self.ledger.stand(self)
            if not self._has_news():
                await self._waker.wait(self._seconds_left(), settles=False)

    def _seconds_left(self) -> float | None:
        """Until the next thing that happens by itself."""
        due, until = self.calls.timers.next(), self.allowance.until
        if until is not None and not self.allowance.is_over(self.now()):
            due = min(due, until)
        return None if due == math.inf else max(0.0, min(due - self.now(), 60.0))


class _TaskError(Exception):
    """A task raised an error in the midst of a transaction."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _time_told(told: Any) -> float:
    """The latest of the times that an event tells."""
    if isinstance(told, float | int):
        return told
    times = told if len(told) == 2 else [*told[2], told[3]]
    return max((time for time in times if time is not None and time < math.inf), default=math.inf if len(told) == 2 else 0.0)
