"""The file of ``--json-events``: each event of a run as a line of JSON."""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from pathlib import Path
from time import perf_counter
from typing import TextIO

from cascade.cli.output import complain
from cascade.errors import Problem, UsageError, format_problem
from cascade.events import Event, event_to_dict
from cascade.files import reason

__all__ = ["EventFile", "open_events"]


class EventFile:
    """Writes each event as a line of JSON. ``at`` is in seconds since the first, the begin of the run."""

    def __init__(self, file: TextIO) -> None:
        self._file: TextIO | None = file
        self._began: float | None = None

    def __call__(self, event: Event) -> None:
        """Write one. A file that can be written no longer is reported once; the run goes on."""
        if self._file is None:
            return
        now = perf_counter()
        if self._began is None:  # it is the run that begins, not the file
            self._began = now
        row = {"at": round(now - self._began, 6), **event_to_dict(event)}
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
