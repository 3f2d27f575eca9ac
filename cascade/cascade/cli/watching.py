"""Who listens to a run: the progress line on a terminal, and the file of ``--json-events``. Without either, nobody does, and
neither is imported."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cascade_vm.host import Meter, Place

from cascade.host import LocalHost
from cascade.program import FlowCall
from cascade.signals import Signals
from cascade.task_modules import AnyTask

if TYPE_CHECKING:
    from cascade.events import Event, Listener

__all__ = ["Watch", "WatchedHost"]


class WatchedHost(LocalHost):
    """A host that knows where its run was when it last gave others a turn: a flow that only computes tells no events."""

    __slots__ = ("place",)

    def __init__(self, tasks: Mapping[str, AnyTask], meter: Meter, signals: Signals, listener: Listener | None = None) -> None:
        super().__init__(tasks, meter=meter, signals=signals, listener=listener)
        self.place: Place | None = None

    async def pause(self, place: Place) -> None:
        self.place = place
        await super().pause(place)


class Watch:
    """The listeners of one run."""

    def __init__(self, call: FlowCall, json_events: str | None, stack: ExitStack) -> None:
        self._listeners: list[Listener] = []
        self.host: WatchedHost | None = None
        if json_events is not None:
            from cascade.cli.event_file import open_events

            self._listeners.append(open_events(json_events, stack))
        if sys.stderr is not None and sys.stderr.isatty():
            from cascade.progress import Progress

            self._listeners.append(stack.enter_context(Progress(sys.stderr, call.flow.name, self._place)))

    def listener(self) -> Listener | None:
        """Hands events to all that listen; None when nobody does."""
        if len(self._listeners) < 2:
            return self._listeners[0] if self._listeners else None
        return self._tell_all

    def _tell_all(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    def _place(self) -> Place | None:
        return None if self.host is None else self.host.place
