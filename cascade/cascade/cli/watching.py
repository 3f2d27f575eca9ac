"""Who listens to a run: the progress line on a terminal, and the file of ``--json-events``. Without either, nobody does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from time import perf_counter
from typing import TextIO

from cascade_vm.host import Meter, Place

from cascade.cli.output import complain
from cascade.errors import Problem, UsageError, format_problem
from cascade.events import Event, Listener, event_to_dict
from cascade.files import reason
from cascade.host import LocalHost
from cascade.program import FlowCall
from cascade.signals import Signals
from cascade.task_modules import AnyTask

__all__ = ["EventFile", "Watch", "WatchedHost"]


class EventFile:
    """Writes each event as a line of JSON. ``at`` is in seconds since the run began."""

    def __init__(self, file: TextIO) -> None:
        self._file: TextIO | None = file
        self._began = perf_counter()

    def __call__(self, event: Event) -> None:
        """Write one. A file that can be written no longer is reported once; the run goes on."""
        if self._file is None:
            return
        row = {"at": round(perf_counter() - self._began, 6), **event_to_dict(event)}
        try:
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()
        except OSError as error:
            complain(format_problem(_unwritable(self._file.name, error)))
            self._file = None


def _unwritable(name: str, error: OSError) -> Problem:
    return Problem("CS413", f"`{name}` can not be written: {reason(error)}")


def open_events(name: str, stack: ExitStack) -> EventFile:
    """Begin the file. Raises `UsageError` CS413."""
    try:
        file = Path(name).open("w", encoding="utf-8")  # noqa: SIM115 - closed when the run has ended
    except OSError as error:
        raise UsageError(_unwritable(name, error)) from None
    stack.callback(_close, file)
    return EventFile(file)


def _close(file: TextIO) -> None:
    with suppress(OSError):  # reported when it was written
        file.close()


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
