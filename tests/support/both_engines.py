"""Runs what users hand to an `Engine` on both engines, on a virtual clock, and holds all that can be seen of them together."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cascade.bus import MessageBus
from cascade.engine import Engine
from cascade.events import Event, event_to_dict
from cascade.testing import run_virtual
from cascade_vm.errors import trail_of

__all__ = ["Seen", "on_both"]

_VARY = ("duration", "place")


@dataclass(frozen=True)
class Seen:
    """One run as its user sees it: ``log`` is what the tasks wrote down, ``events`` are without durations and places."""

    value: Any
    error: BaseException | None
    events: list[dict[str, object]]
    log: list[object]

    def names(self) -> list[str]:
        """The events by name, with the task and whatever else tells them apart."""
        return [" ".join(_words(event)) for event in self.events]


def _words(event: Mapping[str, object]) -> list[str]:
    target = event.get("target")
    words = [str(event["event"])]
    if isinstance(target, str):
        words.append(target.rpartition(":")[2].rpartition(".")[2])
    return words + [str(event[key]) for key in ("reason", "status") if key in event]


def on_both(
    make: Callable[[list[object]], object],
    params: Mapping[str, object] | None = None,
    engine: Callable[..., Engine] = Engine,
    limit: float | None = None,
) -> Seen:
    """Make the target and run it, on each engine; everything must be the same. ``make`` gets the list that tasks log to.

    ``limit`` cancels the run after so many seconds.
    """
    machine, reference = (_run(make, params, engine, use_vm, limit) for use_vm in (True, False))
    assert _comparable(machine) == _comparable(reference)
    return machine


def _run(
    make: Callable[[list[object]], object],
    params: Mapping[str, object] | None,
    engine: Callable[..., Engine],
    use_vm: bool,
    limit: float | None,
) -> Seen:
    events: list[Event] = []
    log: list[object] = []
    bus = MessageBus()
    bus.subscribe(Event, events.append)

    async def main() -> object:
        async with asyncio.timeout(limit):
            return await engine(bus=bus).run(make(log), params, use_vm)

    value, error = None, None
    try:
        value = run_virtual(main())
    except Exception as raised:
        error = raised
    told = [{key: _unnumbered(item) for key, item in event_to_dict(event).items() if key not in _VARY} for event in events]
    return Seen(value, error, told, log)


def _unnumbered(item: object) -> object:
    """Tasks that a test makes anew each time have a number behind their name."""
    return re.sub(r"#\d+$", "", item) if isinstance(item, str) else item


def _comparable(seen: Seen) -> tuple[object, ...]:
    error = seen.error
    places = [] if error is None else [place._replace(flow="") for place in trail_of(error)]
    return seen.value, type(error), str(error), places, seen.events, seen.log
