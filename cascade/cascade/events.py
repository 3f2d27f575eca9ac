"""Events: what a run tells whoever listens, as typed frozen records.

``call`` numbers the calls of a run, so that the end of one can be told from the end of another beside it.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from cascade_vm.host import Place

__all__ = [
    "CallFinished", "CallRetried", "CallStarted", "Emitted", "Event", "Listener", "RunFinished", "RunStarted",
    "SignalReceived", "Sleeping", "Waiting", "event_to_dict", "tell",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run of ``flow`` begins."""

    flow: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """It ended after ``duration`` seconds; ``error`` is what it failed with, None when it did not."""

    flow: str
    duration: float
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A task, or a method of a value, is called. Each attempt is a call."""

    target: str
    place: Place
    call: int


@dataclass(frozen=True, slots=True)
class CallFinished:
    """A call gave a value (``ok``) or an error, after ``duration`` seconds."""

    target: str
    place: Place
    call: int
    duration: float
    ok: bool


@dataclass(frozen=True, slots=True)
class CallRetried:
    """Attempt number ``attempt`` failed with ``error``; the next begins after ``delay`` seconds."""

    target: str
    place: Place
    attempt: int
    error: Exception
    delay: float


@dataclass(frozen=True, slots=True)
class Sleeping:
    """The flow sleeps for ``duration`` seconds."""

    place: Place
    duration: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """The flow waits for a signal, for ``timeout`` seconds at most (None: for ever)."""

    place: Place
    signal: str
    timeout: float | None


@dataclass(frozen=True, slots=True)
class SignalReceived:
    """The signal came."""

    place: Place
    signal: str
    value: object


@dataclass(frozen=True, slots=True)
class Emitted:
    """The program said ``emit name, value``."""

    place: Place
    name: str
    value: object


Event: TypeAlias = (
    RunStarted | RunFinished | CallStarted | CallFinished | CallRetried | Sleeping | Waiting | SignalReceived | Emitted
)  # fmt: skip
Listener: TypeAlias = Callable[[Event], None]


def tell(listener: Listener, event: Event) -> None:
    """Hand an event to a listener. One that fails is reported to the log ``cascade`` and does not disturb the run."""
    try:
        listener(event)
    except Exception:
        logging.getLogger("cascade").exception("a listener failed on %r", event)


def event_to_dict(event: Event) -> dict[str, object]:
    """An event as JSON can say it. Values that JSON does not know are given as their ``repr``."""
    fields = {field.name: _plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    return {"event": type(event).__name__, **fields}


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
