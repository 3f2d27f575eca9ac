"""Strands side by side in a durable run: what `cascade.strands` does with tasks of the event loop, by steps.

The first failure cancels the others; the group ends when all have ended. Functions on a `Gathering`, which is data.
"""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from cascade.durable.suspensions import Gathering, Node

if TYPE_CHECKING:
    from cascade.durable.scheduling import Scheduler

__all__ = ["failed", "fill", "gave", "stop"]


def fill(scheduler: Scheduler, group: Gathering) -> None:
    """Start strands while there is room, and a turn for each."""
    group.is_short = False
    if group.rows is None:
        _fill_ready(scheduler, group)
    else:
        _fill_rows(scheduler, group)
    _look_for_the_end(scheduler, group)


def _has_room(group: Gathering) -> bool:
    return not group.stopping and (group.limit is None or len(group.running) < group.limit)


def _fill_rows(scheduler: Scheduler, group: Gathering) -> None:
    assert group.rows is not None
    while _has_room(group):
        if not scheduler.may_start():
            group.is_short = True
            return
        try:
            row = next(group.rows, None)
        except Exception as error:  # what gives the arguments failed
            _fail(scheduler, group, error)
            return
        if row is None:
            return
        place = len(group.results)
        group.results.append(None)
        group.running[place] = scheduler.start(*row, group.depth, group, place)


def _fill_ready(scheduler: Scheduler, group: Gathering) -> None:
    """Those that wait for no other any more, the first first."""
    while group.ready and _has_room(group):
        if not scheduler.may_start():
            group.is_short = True
            return
        place = heappop(group.ready)
        begin = group.begins[place]
        group.running[place] = scheduler.start(begin.flow, begin.given(group.results), begin.depth, group, place)


def gave(scheduler: Scheduler, group: Gathering, place: int, value: object) -> None:
    """A strand ended with a value."""
    del group.running[place]
    group.results[place] = value
    for dependent in group.dependents[place] if group.needs else ():
        group.missing[dependent] -= 1
        if not group.missing[dependent]:
            heappush(group.ready, dependent)
    fill(scheduler, group)


def failed(scheduler: Scheduler, group: Gathering, place: int, error: BaseException) -> None:
    """It ended with an error."""
    del group.running[place]
    if isinstance(error, asyncio.CancelledError):
        if not group.stopping:
            _fail(scheduler, group, error)
    elif not group.stopping or not isinstance(error, Exception):
        _fail(scheduler, group, error)
    _look_for_the_end(scheduler, group)


def stop(scheduler: Scheduler, group: Gathering) -> None:
    """Cancel all that run. Again and again if need be: a second time interrupts what they do to clean up."""
    group.stopping = True
    running: list[Node] = [*group.running.values()]
    for node in running:
        scheduler.cancel(node)
    _look_for_the_end(scheduler, group)


def _fail(scheduler: Scheduler, group: Gathering, error: BaseException) -> None:
    """Remember the first error; one that ends the whole run outdoes an ordinary one."""
    if group.error is None or (_is_fatal(error) and not _is_fatal(group.error)):
        group.error = error
    if not group.stopping:
        group.stopping = True
        for node in [*group.running.values()]:
            scheduler.cancel(node)


def _is_fatal(error: BaseException | None) -> bool:
    return error is not None and not isinstance(error, Exception | asyncio.CancelledError)


def _look_for_the_end(scheduler: Scheduler, group: Gathering) -> None:
    node = group.node
    if group.running or node.waits is not group or (group.is_short and not group.stopping):
        return
    if _is_fatal(group.error):  # a cancellation may be a timeout, which the program can catch
        error = group.error
    elif group.is_cancelled:
        error = asyncio.CancelledError()
    else:
        error = group.error
    if error is not None:
        group.error = None
        scheduler.throw(node, error)
    else:
        scheduler.deliver(node, group.results)
