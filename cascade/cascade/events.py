"""Events: what a run tells whoever listens, as typed frozen records.

``call`` numbers the calls of a run, so that the end of one can be told from the end of another beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

import msgspec
from cascade_vm.host import Place

__all__ = [
    "CallFinished", "CallRetried", "CallStarted", "Emitted", "Event", "Listener", "RunFinished", "RunStarted",
    "SignalReceived", "Sleeping", "Waiting", "event_to_dict", "tell",
]  # fmt: skip


class RunStarted(msgspec.Struct, frozen=True):
    """A run of ``flow`` begins."""

    flow: str


class RunFinished(msgspec.Struct, frozen=True):
    """It ended after ``duration`` seconds; ``error`` is what it failed with, None when it did not."""

    flow: str
    duration: float
    error: BaseException | None = None


class CallStarted(msgspec.Struct, frozen=True):
    """A task, or a method of a value, is called. Each attempt is a call."""

    target: str
    place: Place
    call: int


class CallFinished(msgspec.Struct, frozen=True):
    """A call gave a value (``ok``) or an error, after ``duration`` seconds."""

    target: str
    place: Place
    call: int
    duration: float
    ok: bool


class CallRetried(msgspec.Struct, frozen=True):
    """Attempt number ``attempt`` failed with ``error``; the next begins after ``delay`` seconds."""

    target: str
    place: Place
    attempt: int
    error: Exception
    delay: float


class Sleeping(msgspec.Struct, frozen=True):
    """The flow sleeps for ``duration`` seconds."""

    place: Place
    duration: float


class Waiting(msgspec.Struct, frozen=True):
    """The flow waits for a signal, for ``timeout`` seconds at most (None: for ever)."""

    place: Place
    signal: str
    timeout: float | None


class SignalReceived(msgspec.Struct, frozen=True):
    """The signal came."""

    place: Place
    signal: str
    value: object


class Emitted(msgspec.Struct, frozen=True):
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
        import logging  # six milliseconds that few runs need

        logging.getLogger("cascade").exception("a listener failed on %r", event)


def event_to_dict(event: Event) -> dict[str, object]:
    """An event as JSON can say it. Values that JSON does not know are given as their ``repr``."""
    fields = {name: _plain(getattr(event, name)) for name in event.__struct_fields__}
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
