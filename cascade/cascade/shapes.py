"""Shapes: what a node of a graph of calls is, without any of its literals. Equal shapes mean the same.

A node is given values by number: ``0`` and above are results of nodes, ``-1``, ``-2`` … are slots 0, 1 …, the literals of one
call of the graph. Literals are told apart by nothing here: ``1``, ``True`` and ``1.0`` never meet. Targets are compared by
identity, so two tasks of one name have two shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

__all__ = ["CallShape", "CollectShape", "Number", "RouteShape", "Same", "Shape", "Sites", "numbers_in", "slot_number"]

Number: TypeAlias = int


def slot_number(slot: int) -> Number:
    """The number by which nodes are given a slot; it is its own inverse."""
    return -1 - slot


class PolicyShape(NamedTuple):
    """A policy: its kind, and its settings in the order of `cascade_vm.host.Host`."""

    kind: str
    settings: tuple[Number, ...]


class CallShape(NamedTuple):
    """A call. ``forms`` are "" for arguments by position, else keywords. ``flow`` is the `cascade.program.Flow` that it enters,
    None for a task. ``keys`` name the ``states`` that it may jump to; None when it may not."""

    target: Any
    flow: Same | None
    forms: tuple[str, ...]
    arguments: tuple[Number, ...]
    policies: tuple[PolicyShape, ...]
    condition: Number | None
    otherwise: Number | None
    after: tuple[Number, ...]
    keys: tuple[str, ...] | None
    states: tuple[Number | None, ...]


class CollectShape(NamedTuple):
    """A list, tuple, set, frozenset or dict (keys and values in turn) that holds results of nodes."""

    kind: str
    items: tuple[Number, ...]


class RouteShape(NamedTuple):
    """A router; ``keys`` is the slot of the tuple of its keys."""

    selector: Number
    keys: Number
    routes: tuple[Number, ...]


Shape: TypeAlias = CallShape | CollectShape | RouteShape


def numbers_in(shape: Shape) -> Iterator[Number]:
    """Everything that has to be there before the node can begin; jumps do not count."""
    match shape:
        case CallShape():
            yield from shape.arguments
            for policy in shape.policies:
                yield from policy.settings
            yield from (number for number in (shape.condition, shape.otherwise) if number is not None)
            yield from shape.after
        case CollectShape():
            yield from shape.items
        case RouteShape():
            yield from (shape.selector, *shape.routes)


class Same:
    """Wraps an object so that it is equal to itself only."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


class Sites:
    """Where the nodes of a graph are written: code objects, by identity, and their instructions."""

    __slots__ = ("_hash", "sites")

    def __init__(self, sites: Sequence[tuple[CodeType | None, int]]) -> None:
        self.sites = sites
        self._hash = hash(tuple([(id(code), at) for code, at in sites]))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sites) and len(self.sites) == len(other.sites) and all(map(_same_site, self.sites, other.sites))
        )

    def __hash__(self) -> int:
        return self._hash


def _same_site(one: tuple[CodeType | None, int], other: tuple[CodeType | None, int]) -> bool:
    return one[0] is other[0] and one[1] == other[1]
