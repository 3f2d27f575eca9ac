"""What stands around a statement while its flow is built: loops, ``finally``, the name of a caught error. Plain data."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec
from cascade_compiler.csc.drafts import Label
from cascade_grammar.spans import Span

__all__ = ["Exit", "Final", "Loop", "NamedError", "Scope"]


class Loop(msgspec.Struct, frozen=True):
    """A loop: where ``continue`` and ``break`` go."""

    label: str | None
    head: Label
    end: Label


class NamedError(msgspec.Struct, frozen=True):
    """The suite of ``except … as name``: the name is unbound on the way out."""

    variable: str


class Exit(msgspec.Struct, frozen=True):
    """A way out: leave all scopes from number ``depth`` on, then ``go`` there. Equal keys go to the same place."""

    key: Hashable
    depth: int
    go: Callable[[], None]
    span: Span


@dataclass(slots=True)
class Final:
    """The suites that a ``finally`` follows: its ``body``, and the ``variable`` with the number of the exit."""

    variable: str
    body: Label
    ways: list[Exit] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def number_of(self, way: Exit) -> int:
        """The number of an exit. 0 is falling off the end."""
        if way.key not in self._numbers:
            self.ways.append(way)
            self._numbers[way.key] = len(self.ways)
        return self._numbers[way.key]


Scope: TypeAlias = Loop | NamedError | Final
