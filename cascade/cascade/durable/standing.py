"""Where a run is and what it waits for, in words: what `cascade runs` shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cascade.durable.suspensions import Attempting, Calling, Gathering, Sleeping, Spent, Suspension, Waiting

if TYPE_CHECKING:
    from cascade.durable.scheduling import Scheduler

__all__ = ["Stand", "describe", "described", "leaves", "stand_of"]


class Stand(NamedTuple):
    """``until`` is when something happens by itself; ``only_waits`` that nothing is being done."""

    place: str
    waits: str
    since: float
    until: float | None
    only_waits: bool


def leaves(scheduler: Scheduler) -> list[Suspension]:
    """What the strands wait for, groups of other strands aside, the first strand first."""
    waits = [node.waits for _, node in sorted(scheduler.nodes.items())]
    return [one for one in waits if one is not None and not _has_strands(one)]


def _has_strands(waits: Suspension) -> bool:
    return isinstance(waits, Gathering) or (isinstance(waits, Attempting) and waits.child is not None)


def stand_of(scheduler: Scheduler, now: float) -> Stand:
    """Of a run whose strands wait."""
    found = leaves(scheduler)
    if not found:
        return Stand("", "", now, None, False)
    first = found[0]
    place = first.site.place
    until = min(map(_until, found), default=math.inf)
    only = not any(isinstance(one, Calling) and one.course.until is None for one in found)
    shown = f"{place.file}:{place.line}" if place.line else ""
    return Stand(shown, described(found), _since(first, now), None if until == math.inf else until, only)


def describe(waits: Suspension) -> str:
    """``signal 'approved'``, ``task fetch_order``"""
    match waits:
        case Waiting():
            return f"signal {waits.signal!r}"
        case Sleeping():
            return "sleep"
        case Spent():
            return f"more {waits.what}"
        case Calling():
            name = waits.site.target.rpartition(":")[2]
            what = f"method {name}" if name.startswith(".") else f"task {name}"
            return f"{what}, to be tried again" if waits.course.until is not None else what
        case Attempting():
            return f"flow {waits.site.target}, to be tried again"
        case _:
            return ""


def _until(waits: Suspension) -> float:
    match waits:
        case Sleeping() | Waiting():
            return math.inf if waits.until is None else waits.until
        case Calling() | Attempting():
            return math.inf if waits.course.until is None else waits.course.until
        case _:
            return math.inf


def _since(waits: Suspension, now: float) -> float:
    return waits.since if isinstance(waits, Calling | Waiting) and waits.since else now


def described(waits: Sequence[Suspension]) -> str:
    """The first, and how many more there are."""
    more = f", and {len(waits) - 1} more" if len(waits) > 1 else ""
    return describe(waits[0]) + more
