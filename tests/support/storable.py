"""Classes of every shape that is stored, for the tests of durable values. Where other processes find them: in a module."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

MADE: list[str] = []
"""What ran when an object was made."""


@dataclass
class Node:
    value: Any = None
    next: Any = None
    made: str = field(init=False, default="never")

    def __post_init__(self) -> None:
        MADE.append("Node")
        self.made = "by __post_init__"

    @cached_property
    def twice(self) -> list[Any]:
        return [self.value, self.value]


@dataclass(frozen=True, slots=True)
class Point:
    x: Any
    y: Any = 0


@dataclass(slots=True)
class Slotted(Node):
    extra: Any = None


class Color(Enum):
    RED = 1
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Right(Flag):
    READ = 1
    WRITE = 2


class Pair(NamedTuple):
    first: Any
    second: Any = None


class Record(msgspec.Struct):
    name: Any
    items: Any = None


class Careful(msgspec.Struct, frozen=True, kw_only=True):
    inner: Any

    def __post_init__(self) -> None:
        MADE.append("Careful")


class OrderError(Exception):
    """Its constructor wants other arguments than its args."""

    def __init__(self, order: Any, *, reason: str) -> None:
        super().__init__(f"{order}: {reason}")
        self.order = order
        self.reason = reason


class Plain:
    """Of no shape."""
