"""What a run was, as plain data that compares exactly: types, signs of zeros, and which lists are the same list."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Snapshot = tuple[Any, ...]


class Box:
    """A value that is not built in: it has an attribute and methods."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.more: list[object] = []

    def get(self, other: object = None) -> object:
        self.more.append(other)
        return self.value if other else other

    def __repr__(self) -> str:
        return f"Box({self.value!r})"


def snapshot(value: object, seen: dict[int, int] | None = None) -> Snapshot:
    """The value as nested tuples. A mutable value that was met before is a reference to where."""
    seen = {} if seen is None else seen
    kind = type(value)
    name = kind.__name__
    if isinstance(value, float):
        return (name, struct.pack("<d", value) if value == value else b"nan")
    if isinstance(value, complex):
        return (name, snapshot(value.real), snapshot(value.imag))
    if kind is tuple:
        return (name, *(snapshot(item, seen) for item in value))  # type: ignore[attr-defined]
    if isinstance(value, list | dict | set | Box | BaseException):
        if id(value) in seen:
            return ("same as", seen[id(value)])
        seen[id(value)] = len(seen)
    match value:
        case list():
            return (name, *(snapshot(item, seen) for item in value))
        case dict():
            return (name, *((snapshot(k, seen), snapshot(v, seen)) for k, v in value.items()))
        case set() | frozenset():
            return (name, *sorted(map(snapshot, value), key=repr))
        case Box():
            return (name, snapshot(value.value, seen), snapshot(value.more, seen))
        case BaseException():
            return (name, *(snapshot(item, seen) for item in value.args))
    return (name, repr(value))


@dataclass(frozen=True)
class Outcome:
    """How a run ended and what it did.

    ``value`` holds the result (or the error) together with the arguments as they are afterwards. ``trail`` is where the error
    was, innermost first. ``log`` is what the world saw. ``vague`` says that strands ran whose order another engine may choose.
    """

    value: Snapshot
    error: str | None
    trail: tuple[Any, ...] = ()
    log: tuple[Snapshot, ...] = ()
    turns: int | None = None
    vague: bool = field(default=False, compare=False)
    alone: Snapshot = field(default=(), compare=False)
    """The result or error without the arguments."""

    def without(self, *names: str) -> Outcome:
        """The same, with some of it left out of comparison."""
        blank: Mapping[str, object] = {"trail": (), "log": (), "turns": None}
        return replace(self, **{name: blank[name] for name in names})  # type: ignore[arg-type]

    def sorted(self) -> Outcome:
        """With the log in an order of its own: what was done, not when."""
        return replace(self, log=tuple(sorted(self.log, key=repr)))


def difference(expected: Outcome, got: Outcome) -> str:
    """Where two outcomes part; empty when they are equal."""
    rows = [
        f"{name}:\n  expected {getattr(expected, name)!r}\n  got      {getattr(got, name)!r}"
        for name in ("error", "value", "trail", "turns")
        if getattr(expected, name) != getattr(got, name)
    ]
    if expected.log != got.log:
        at = next((i for i, (a, b) in enumerate(zip(expected.log, got.log, strict=False)) if a != b), None)
        at = min(len(expected.log), len(got.log)) if at is None else at
        rows.append(f"log entry {at}:\n  expected {expected.log[at : at + 2]!r}\n  got      {got.log[at : at + 2]!r}")
    return "\n".join(rows)
