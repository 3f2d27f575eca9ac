"""What the writer of random Python functions (`python_generator`) knows at one place: names by kind, loops, functions to call.

The first letter of a name says what it mostly holds: ``i`` a number, ``l`` a list, ``s`` a text, ``d`` a dict, ``t`` a tuple,
``v`` anything. All names of a function are bound somewhere in it, though not on each way through it. It knows no syntax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

__all__ = ["KINDS", "POOL", "Callee", "Place", "Writer"]

T = TypeVar("T")

POOL = ("i0", "i1", "i2", "l0", "l1", "s0", "d0", "t0", "v0", "v1")
KINDS = {"i": "int", "l": "list", "s": "str", "d": "dict", "t": "tuple", "v": "any"}


@dataclass(frozen=True)
class Callee:
    """Something to call: its parameters, as ``i0``, ``*t0``, ``/``, ``**d0``, ``s0=``; ``fueled`` when the first is ``n``."""

    name: str
    parameters: tuple[str, ...]
    fueled: bool


@dataclass(frozen=True)
class Place:
    """Where something is written. ``inner`` are variables of comprehensions and parameters of lambdas around it."""

    depth: int = 3
    inner: tuple[str, ...] = ()
    in_loop: bool = False
    in_handler: bool = False
    nesting: int = 0
    in_comprehension: bool = False
    in_iterable: bool = False

    def deeper(self) -> Place:
        """For a part of an expression."""
        return replace(self, depth=self.depth - 1)

    def within(self, *names: str) -> Place:
        """Inside of a comprehension with these variables."""
        return replace(self, inner=(*self.inner, *names), depth=self.depth - 1, in_comprehension=True)

    def iterable(self) -> Place:
        """What a comprehension runs over: no walrus may stand there."""
        return replace(self, depth=self.depth - 1, in_iterable=True)

    def suite(self, loop: bool | None = None, handler: bool | None = None) -> Place:
        """A suite of a statement here."""
        return replace(
            self,
            nesting=self.nesting + 1,
            in_loop=self.in_loop if loop is None else loop,
            in_handler=self.in_handler if handler is None else handler,
        )


@dataclass
class Writer:
    """The function that is written: what it can call, and numbers for new names. ``level`` is 0 for a flow, 1 for a function
    inside of it."""

    random: Random
    callees: list[Callee] = field(default_factory=list)
    locals: list[str] = field(default_factory=lambda: list(POOL))
    iterators: list[str] = field(default_factory=list)
    level: int = 0
    numbers: list[int] = field(default_factory=lambda: [0])

    def new(self, prefix: str) -> str:
        """A name that nothing else has."""
        self.numbers[0] += 1
        return f"{prefix}{self.numbers[0]}"

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def one_of(self, items: Sequence[T]) -> T:
        return items[self.random.randrange(len(items))]

    def number(self, low: int, high: int) -> int:
        return self.random.randrange(low, high + 1)

    def read(self, kind: str, place: Place) -> str:
        """A name that holds this, if all goes well."""
        letter = kind[0] if kind != "any" else self.one_of("ilsdtv")
        inner = [name for name in place.inner if name[0] == letter]
        if inner and self.chance(0.7):
            return self.one_of(inner)
        if place.inner and kind in ("int", "any") and self.chance(0.4):
            return self.one_of(place.inner)
        return self.one_of([name for name in POOL if name[0] == letter])

    def target(self, kind: str) -> str:
        """A name of the function itself to bind."""
        letter = kind[0] if kind != "any" else "v"
        return self.one_of([name for name in self.locals if name[0] == letter] or self.locals)
