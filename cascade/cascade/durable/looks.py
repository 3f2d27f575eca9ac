"""What is shown of runs that are kept in a store: plain data, for the terminal and for JSON alike."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from itertools import islice
from reprlib import Repr
from typing import Any, Final

import msgspec

from cascade.durable.store import RUNNING, WAITING, Run
from cascade.json_result import NotJson, to_json

__all__ = [
    "INTERRUPTED", "CallLook", "FrameLook", "Look", "ResultLook", "RunLook", "Shown", "StrandLook", "is_attended", "look_of",
    "shown",
]  # fmt: skip

INTERRUPTED: Final = "interrupted"
"""Of a run that was being run by a process which is not there any more."""


class Shown(msgspec.Struct, frozen=True):
    """A value: as short text, and as JSON, where what JSON has no word for is what Python writes for it."""

    text: str
    json: Any


class FrameLook(msgspec.Struct, frozen=True):
    """A flow under way: where it stands, the text of that line, and its variables."""

    flow: str
    file: str
    line: int
    text: str
    variables: dict[str, Shown]


class CallLook(msgspec.Struct, frozen=True):
    """A call that has begun, or is to be made again."""

    task: str
    file: str
    line: int
    arguments: list[Shown]
    keywords: dict[str, Shown]
    attempt: int
    since: float | None


class StrandLook(msgspec.Struct, frozen=True):
    """What runs one after the other: ``parent`` is the strand that began it, ``frames`` have the outermost first."""

    number: int
    parent: int | None
    waits: str
    until: float | None
    frames: list[FrameLook]


class ResultLook(msgspec.Struct, frozen=True):
    """What a call gave; ``how`` is ``gave``, ``raised``, ``was cancelled`` or ``failed, to be tried again``."""

    task: str
    file: str
    line: int
    how: str
    value: Shown | None


class RunLook(msgspec.Struct, frozen=True):
    """A run as the store has it. ``attended`` says that a process has it that lives, as far as can be seen."""

    run: str
    status: str
    program: str
    flow: str
    place: str
    waits: str
    since: float
    until: float | None
    turns: int
    calls: int
    bytes: int
    written: int
    records: int
    created: float
    updated: float
    attended: bool
    process: str


class Look(msgspec.Struct, frozen=True):
    """A run, brought back. ``results`` are the last of those since the last snapshot; ``reason`` says why there is no more."""

    run: RunLook
    strands: list[StrandLook]
    in_flight: list[CallLook]
    results: list[ResultLook]
    signals: list[str]
    outcome: Shown | None
    failed: bool
    reason: str | None


# --- from the row of a run -------------------------------------------------------------------------------------------


def is_attended(run: Run, now: float) -> bool:
    """Whether somebody runs it: it has an owner that is not known to be dead, with a lease that is good."""
    from cascade.durable.stores.owners import is_dead

    return run.owner is not None and run.lease_until > now and not is_dead(run.owner)


def look_of(run: Run, now: float | None = None) -> RunLook:
    """A run as listings show it."""
    attended = is_attended(run, time.time() if now is None else now)
    status = INTERRUPTED if run.status in (RUNNING, WAITING) and not attended else run.status
    standing = run.standing
    place, waits, since, until, turns, calls = standing or ("", "", run.updated, None, 0, 0)
    process = f"{run.owner.pid} on {run.owner.host.partition(' ')[0]}" if attended and run.owner is not None else ""
    return RunLook(
        run.run_id, status, run.name, run.flow, place, waits, since, until, turns, calls, run.size, run.written, run.records,
        run.created, run.updated, attended, process,
    )  # fmt: skip


# --- values -----------------------------------------------------------------------------------------------------------


class _Short(Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 120
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 12
        self.maxlevel = 4

    def repr_dict(self, value: dict[Any, Any], level: int) -> str:
        """In the order that it has."""
        if level <= 0 and value:
            return "{…}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(item, level - 1)}" for key, item in islice(value.items(), self.maxdict)
        ]
        return "{" + ", ".join([*shown, *(["…"] if len(value) > self.maxdict else [])]) + "}"


_SHORT: Final = _Short()


def shown(value: object) -> Shown:
    """A value, as it can be shown. What its class does to be written may fail: that is shown then."""
    try:
        text = _SHORT.repr(value)
    except Exception as error:
        text = f"<a {type(value).__name__} that can not be shown: {type(error).__name__}>"
    with suppress(NotJson, ValueError, RecursionError):
        return Shown(text, json.loads(to_json(value)))
    try:
        return Shown(text, repr(value))
    except Exception:
        return Shown(text, text)
