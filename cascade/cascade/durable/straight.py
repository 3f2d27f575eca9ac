"""The straight way of a run: one call after the other, and nothing beside it.

That is what nearly all runs do nearly all of the time. What happens is the very same as in a round of `DurableRun.run`, and is
recorded in the same words, but all that a round looks for is looked at first. Whatever is out of the ordinary (another strand's
news, policies, limits, a signal) is left to the round.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from cascade_vm.host import Pending

from cascade.durable.changes import copies_of
from cascade.durable.journal import RESULT, Event
from cascade.durable.suspensions import Calling
from cascade.errors import NotStorable

if TYPE_CHECKING:
    from cascade.durable.run import DurableRun

__all__ = ["event_of", "what_happens"]

_Happened = tuple[Calling | None, Any, BaseException | None]
"""A call has ended, with a value or an error. None: it is under way, and nothing else is to be done."""
_BEGUN: Final = (None, None, None)


def what_happens(run: DurableRun) -> _Happened | None:
    """The one thing that happens next; the call that a strand has come to is made for that. None: a round is to look."""
    calls, scheduler = run.calls, run.scheduler
    if (
        run.inbox.has_more
        or run.unwritten
        or calls.begun_here
        or calls.inexact
        or calls.spent is not None
        or calls.timers.heap
        or calls.transactions
        or scheduler.spent is not None
        or not run.journal.exact
        or not run.allowance.is_free()
    ):
        return None
    if calls.arrived:
        return None if scheduler.fresh or len(calls.arrived) > 1 else _arrived(run)
    if len(scheduler.fresh) != 1:
        return None
    [call] = scheduler.fresh
    return _made(run, call) if type(call) is Calling and _is_ordinary(call) and not call.begun else None


def _is_ordinary(call: Calling) -> bool:
    """Whether it needs nothing but to be made."""
    return call.node.waits is call and not (call.cancelling or call.patience or call.course.policies)


def _made(run: DurableRun, call: Calling) -> _Happened | None:
    calls = run.calls
    way = run.host.way_of(call)
    if way.invoke is None or way.patience or way.transactional or (call.objects and calls.under_way):
        return None
    if call.objects:
        call.before = copies_of(call.objects, run.journal.codecs)
    run.scheduler.fresh.clear()
    now = calls.now()
    call.begun = True
    call.course.begin(now)
    call.since = now
    call.at_step = run.scheduler.steps
    try:
        value = calls.made(call, way)
    except (Exception, asyncio.CancelledError) as error:
        return call, None, error
    if type(value) is Pending:
        if call.before:
            calls.sharing.begin(call)
        return _BEGUN
    return call, value, None


def _arrived(run: DurableRun) -> _Happened | None:
    calls = run.calls
    [(call, task)] = calls.arrived
    if (
        call.task is not task
        or not _is_ordinary(call)
        or call.objects
        or task.cancelled()
        or call.is_lost
        or call.idle is not None
    ):
        return None
    calls.arrived.clear()
    call.task = None
    error = task.exception()
    return (call, None, error) if error is not None else (call, task.result(), None)


def event_of(run: DurableRun, call: Calling, value: object, error: BaseException | None) -> Event | None:
    """The event of a call that has given a value; None where more has to be said than that."""
    if error is not None or call.cost:
        return None
    try:
        event = [RESULT, call.node.number, call.digest, run.journal.outcome(call, value)]
    except NotStorable:
        return None
    call.before = ()
    return event
