"""Events: what a run tells whoever listens, as typed frozen records.

    Event
    ├── RunEvent     RunStarted, RunFinished
    ├── CallEvent    CallStarted, CallFinished, CallRetried, CallSkipped, CallBlocked
    └── Sleeping, Waiting, SignalReceived, Emitted

``call`` numbers the calls of a run, so that the end of one can be told from the end of another beside it; ``run`` does the same
for the runs of a bus.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable
from datetime import timedelta
from typing import Literal, TypeAlias, TypeVar

import msgspec
from cascade_vm.host import Place

__all__ = [
    "CallBlocked", "CallEvent", "CallFinished", "CallRetried", "CallSkipped", "CallStarted", "Emitted", "Event", "Listener",
    "RunEvent", "RunFinished", "RunStarted", "SignalReceived", "Sleeping", "Waiting", "event_to_dict",
    "numbered", "status_of", "tell",
]  # fmt: skip


E = TypeVar("E", bound="Event")


class Event(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Anything that a run tells. ``run`` numbers the runs that tell a bus: events of runs at a time come mixed. It is 0 for one
    that tells a listener of its own."""

    run: int = 0


# --- of the run ----------------------------------------------------------------------------------------------------------

Status: TypeAlias = Literal["done", "failed", "cancelled"]


class RunEvent(Event, frozen=True):
    """Something about the run of ``flow`` as a whole."""

    flow: str


class RunStarted(RunEvent, frozen=True):
    """A run of ``flow`` begins."""


class RunFinished(RunEvent, frozen=True):
    """It ended after ``duration`` seconds; ``error`` is what it failed with, or was cancelled by; None when it is done."""

    duration: float
    error: BaseException | None = None
    status: Status = "done"


def status_of(error: BaseException | None) -> Status:
    """How a run that raised ``error`` has finished."""
    if error is None:
        return "done"
    return "cancelled" if isinstance(error, CancelledError | GeneratorExit) else "failed"


# --- of a call -----------------------------------------------------------------------------------------------------------


class CallEvent(Event, frozen=True):
    """Something about one call, of a task or of a method of a value, at ``place``."""

    target: str
    place: Place


class CallStarted(CallEvent, frozen=True):
    """A task, or a method of a value, is called. Each attempt is a call."""

    call: int


class CallFinished(CallEvent, frozen=True):
    """A call gave a value (``ok``) or an error, after ``duration`` seconds."""

    call: int
    duration: float
    ok: bool


class CallRetried(CallEvent, frozen=True):
    """Attempt number ``attempt`` failed with ``error``; the next begins after ``delay`` seconds."""

    attempt: int
    error: Exception
    delay: float


class CallSkipped(CallEvent, frozen=True):
    """It is not called: ``reason`` says why, "cached" when a cache had its value."""

    reason: str


class CallBlocked(CallEvent, frozen=True):
    """It can not start yet: ``reason`` says what it needs and what there is."""

    reason: str


# --- of what a flow asks for ---------------------------------------------------------------------------------------------


class Sleeping(Event, frozen=True):
    """The flow sleeps for ``duration`` seconds."""

    place: Place
    duration: float


class Waiting(Event, frozen=True):
    """The flow waits for a signal, for ``timeout`` seconds at most (None: for ever)."""

    place: Place
    signal: str
    timeout: float | None


class SignalReceived(Event, frozen=True):
    """The signal came."""

    place: Place
    signal: str
    value: object


class Emitted(Event, frozen=True):
    """The program said ``emit name, value``."""

    place: Place
    name: str
    value: object


Listener: TypeAlias = Callable[[Event], None]


def tell(listener: Listener, event: Event) -> None:
    """Hand an event to a listener. One that fails is reported to the log ``cascade`` and does not disturb the run."""
    try:
        listener(event)
    except Exception:
        import logging  # six milliseconds that few runs need

        logging.getLogger("cascade").exception("a listener failed on %r", event)


def event_to_dict(event: Event) -> dict[str, object]:
    """An event as JSON can say it. Values that JSON does not know are given as their ``repr``."""
    fields = {name: _plain(getattr(event, name)) for name in event.__struct_fields__ if name != "run" or event.run}
    return {"event": type(event).__name__, **fields}


def numbered(event: E, run: int) -> E:
    """The same event, told by run number ``run``. To be called before anybody has seen it."""
    msgspec.structs.force_setattr(event, "run", run)
    return event


_DEEPEST = 50


def _plain(value: object, depth: int = 0) -> object:
    match value:
        case Place():
            return {"flow": value.flow, "file": value.file, "line": value.line, "column": value.column + 1}
        case float():
            finite = value - value == 0
            return value if finite else repr(value)
        case None | bool() | int() | str():
            return value
        case timedelta():
            return value.total_seconds()
        case BaseException():
            return f"{type(value).__name__}: {value}"
        case list() | tuple() if depth < _DEEPEST:
            return [_plain(item, depth + 1) for item in value]
        case dict() if depth < _DEEPEST:
            return {key if isinstance(key, str) else repr(key): _plain(item, depth + 1) for key, item in value.items()}
        case _:
            return repr(value)
