"""The calls of a durable run: made, told of, ended. What comes of them are events, which others commit and let happen.

A call that gives its value at once is an event at once. Any other is a task of the event loop, and an event when that has
ended; `Calls.collect` asks. This file writes nothing down, and resumes no strand.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import timedelta
from functools import partial
from types import CoroutineType
from typing import Any, Protocol

from cascade_vm.host import Pending
from cascade_vm.opcodes import Call, Invoke, Method

from cascade.current import CurrentCall, hide, show
from cascade.durable.allowance import Allowance
from cascade.durable.changes import copies_of, has_changed
from cascade.durable.host import DurableHost, Way
from cascade.durable.inbox import Inbox
from cascade.durable.journal import CANCELLED, ERROR, LATE, RESULT, RETRY, TIMES, WOKE, Event, Journal
from cascade.durable.scheduling import Scheduler
from cascade.durable.sharing import Ended, Sharing
from cascade.durable.suspensions import Attempting, Calling, Sleeping, Suspension, Waiting
from cascade.durable.timers import Timers
from cascade.durations import format_duration
from cascade.errors import NotStorable

__all__ = ["Add", "Calls"]


class Add(Protocol):
    """Takes an event, and the value that it brings."""

    def __call__(self, event: Event, value: object = None, /) -> None: ...


class Calls:
    """Those of one run. ``on_arrival`` is called when a task of the event loop has ended.

    ``spent`` is what was used up, so that no call is made any more; ``under_way`` counts calls in tasks of the event loop, and
    ``begun_here`` says that some of these have not run yet. ``transactions`` are calls that write in the store's own
    transaction: they are made one at a time. ``inexact`` says that what a task changed can not be told from what others did.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        host: DurableHost,
        journal: Journal,
        inbox: Inbox,
        run_id: str,
        on_arrival: Callable[[], None],
    ) -> None:
        self.scheduler = scheduler
        self.host = host
        self.journal = journal
        self.inbox = inbox
        self.run_id = run_id
        self.on_arrival = on_arrival
        self.now = scheduler.now
        self.allowance = Allowance(host.meter)
        self.timers = Timers()
        self.arrived: list[tuple[Calling, asyncio.Future[Any]]] = []
        self.spent: str | None = None
        self.under_way = 0
        self.begun_here = False
        self.transactions: deque[Calling] = deque()
        self.inexact = False
        self.sharing = Sharing()
        self._context = Context()
        """In which it is noted that tasks of the event loop have ended: it has nothing, so that none is made for each."""

    def collect(self, add: Add) -> None:
        """Begin what strands have come to, and tell what has happened since."""
        scheduler = self.scheduler
        is_over = self.allowance.is_over(self.now())
        if scheduler.spent is not None:
            self.spent = self.spent or f"its budget of {scheduler.spent}"
        elif is_over:
            self.spent = self.spent or self.allowance.lacks(self.now())
        if not is_over:
            fresh, scheduler.fresh = scheduler.fresh, {}
            for suspension in fresh:
                if suspension.node.waits is suspension:
                    self.begin(suspension, add)
        arrived, self.arrived = self.arrived, []
        for call, task in arrived:
            if call.node.waits is call and call.task is task:
                call.task = None
                self.end(call, *_outcome_of(call, task), add)
        for suspension in () if is_over and not self.under_way else self.timers.due(self.now()):
            self.is_due(suspension, add)

    # --- beginning ---

    def begin(self, suspension: Suspension, add: Add) -> None:
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

    def _begin_call(self, call: Calling, add: Add) -> None:
        if call.course.until is not None:  # it pauses before another attempt
            self.timers.watch(call)
        elif call.cancelling:  # it was under way when the process ended
            self.ended(call, None, asyncio.CancelledError(), add)
        else:
            self._make(call, add)

    def _make(self, call: Calling, add: Add) -> None:
        """Make a call; what it gives at once is an event already."""
        now, host, course = self.now(), self.host, call.course
        if call.begun:  # in a process that died: it was paid for there
            self.allowance.give_back_call()
        else:
            self.spent = self.spent or self.allowance.lacks(now) or self.allowance.lacks_for(call)
            if self.spent is not None:
                self.scheduler.fresh[call] = None
                return
            call.begun = True
            course.begin(now)
        way = host.way_of(call)
        call.since = now
        if call.objects:
            call.before = copies_of(call.objects, self.journal.codecs)
            if call.before and not way.transactional:  # these are made when nothing else is done
                self.sharing.begin(call)
        call.at_step = self.scheduler.steps
        if course.is_untold():
            add([TIMES, call.node.number, course.state()])
        if way.patience:
            call.patience, call.idle = way.patience, now + way.patience
        if way.patience or course.policies:
            self.timers.watch(call)
        if way.transactional:
            self.transactions.append(call)
            return
        try:
            value = self.made(call, way)
        except (Exception, asyncio.CancelledError) as error:
            self.end(call, None, error, add)
        else:
            if type(value) is not Pending:
                self.end(call, value, None, add)

    def made(self, call: Calling, way: Way) -> object:
        """What a call gives at once. A `Pending` is a task of the event loop from now on."""
        made = _Made(self, call, None)
        token = show(made)
        try:
            value = self.host.make(call, way)
            if type(value) is Pending:
                made.pending = value
                awaitable: Any = value.awaitable
                make = asyncio.get_running_loop().create_task if type(awaitable) is CoroutineType else asyncio.ensure_future
                task = call.task = make(awaitable)
                task.add_done_callback(made.arrive, context=self._context)
                self.under_way += 1
                self.begun_here = True
            return value
        finally:
            hide(token)

    async def made_in(self, connection: Any, call: Calling) -> object:
        """What a call gives, in the end, that is made in a transaction."""
        token = show(_Made(self, call, connection))
        try:
            value = self.host.make(call, self.host.way_of(call))
            return await value.awaitable if type(value) is Pending else value
        finally:
            hide(token)

    def told(self, call: Calling, cost: float | None) -> None:
        """A task says that it is alive, or what it costs."""
        if cost is not None:
            call.cost += cost
        elif call.idle is not None:  # this may be another thread: the timer finds out
            call.idle = self.now() + call.patience

    # --- ending ---

    def end(self, call: Calling, value: object, error: BaseException | None, add: Add) -> None:
        """An attempt at a call has ended; it is told of when those have that can change the same."""
        together = self.sharing.end(Ended(call, value, error))
        if len(together) > 1 and any(has_changed(each.call.before, self.journal.codecs) for each in together):
            self.inexact = True
        for one, given, raised in together:
            lost = one.is_held and one.cancelling  # meanwhile
            one.is_held = False
            self.ended(one, None if lost else given, asyncio.CancelledError() if lost else raised, add)

    def ended(self, call: Calling, value: object, error: BaseException | None, add: Add) -> None:
        """An attempt at a call has ended."""
        if error is not None and not isinstance(error, Exception | asyncio.CancelledError):
            raise error  # it ends the process, not the call
        node, course = call.node.number, call.course
        if call.is_idle and isinstance(error, asyncio.CancelledError) and not call.cancelling and course.late < 0:
            error = TimeoutError(
                f"{call.site.target} did not say for {format_duration(timedelta(seconds=call.patience))} that it is alive"
            )
        call.is_idle, call.idle = False, None
        cost: Sequence[float] = ()
        if call.cost:
            cost = (call.cost,)
            self.allowance.cost(call.cost)
            call.cost = 0.0
        if call.before and call.at_step != self.scheduler.steps and has_changed(call.before, self.journal.codecs):
            self.inexact = True  # others have run since: whose change it is can not be said
        try:
            if error is None:
                add([RESULT, node, call.digest, self.journal.outcome(call, value), *cost], value)
            elif call.cancelling and course.late < 0 and isinstance(error, asyncio.CancelledError):
                add([CANCELLED, node, call.digest, self.journal.outcome(call, None), *cost])
            elif (final := error if call.cancelling else course.failed(error, self.now(), self.scheduler.chance())) is None:
                self.host.tell_retry(call, error)
                add([RETRY, node, call.digest, self.journal.outcome(call, None), course.state(), *cost])
            elif isinstance(final, asyncio.CancelledError):
                raise final  # nobody asked for it: the process is being ended
            else:
                add([ERROR, node, call.digest, self.journal.outcome(call, final), *cost], final)
        except NotStorable as refused:
            raise self._located(refused, call) from refused.__cause__
        call.before = ()

    def _located(self, refused: NotStorable, call: Calling) -> NotStorable:
        place = call.site.place
        at = f"{place.file}:{place.line}:{place.column + 1}"
        if not refused.path.startswith("result[0]"):
            return refused.at(f"what {call.site.target} was given", at)
        path = refused.path.removeprefix("result[0]")
        return NotStorable(self._variable_of(call) + path, refused.kind, refused.why, at)

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

    def is_due(self, suspension: Suspension, add: Add) -> None:
        """The time of a suspension has come."""
        node, now = suspension.node.number, self.now()
        match suspension:
            case Sleeping():
                add([WOKE, node])
            case Waiting():
                self.inbox.forget(suspension)
                add([LATE, node, -1])
            case Calling(idle=float(idle), task=asyncio.Future() as task) if idle <= now:
                suspension.is_idle = True
                task.cancel()
            case Calling(course=course) | Attempting(course=course):
                if course.is_late(now):
                    self._be_late(suspension, add)
                elif course.until is not None and course.until <= now:
                    add([WOKE, node])
                else:
                    self.timers.watch(suspension)
            case _:
                pass

    def _be_late(self, suspension: Calling | Attempting, add: Add) -> None:
        if isinstance(suspension, Calling) and suspension.is_held:
            suspension.course.late = -1  # it was in time
        elif isinstance(suspension, Attempting):
            level, suspension.course.late = suspension.course.late, -1
            add([LATE, suspension.node.number, level])
        elif suspension.task is not None:
            suspension.task.cancel()
        else:
            self.ended(suspension, None, asyncio.CancelledError(), add)


class _Made:
    """An attempt at a call as the world sees it. Called, it gives what the task is told of its call."""

    __slots__ = ("attempt", "call", "calls", "connection", "pending")

    def __init__(self, calls: Calls, call: Calling, connection: Any) -> None:
        self.calls = calls
        self.call = call
        self.attempt = call.course.count
        self.connection = connection
        self.pending: Pending | None = None

    def __call__(self) -> CurrentCall:
        """The key names the run, the strand, and which of the things it waited for."""
        call, run_id = self.call, self.calls.run_id
        key = f"{run_id}/{call.node.number}.{call.number}"
        return CurrentCall(key, self.attempt, run_id, partial(self.calls.told, call), self.connection)

    def arrive(self, task: asyncio.Future[Any]) -> None:
        """The task of the event loop has ended."""
        calls = self.calls
        if task.cancelled() and self.pending is not None:
            self.pending.drop()  # it may not have begun
        calls.under_way -= 1
        calls.arrived.append((self.call, task))
        calls.on_arrival()


def _outcome_of(call: Calling, task: asyncio.Future[Any]) -> tuple[object, BaseException | None]:
    if task.cancelled() or call.is_lost:
        return None, asyncio.CancelledError()
    error = task.exception()
    return (None, error) if error is not None else (task.result(), None)
