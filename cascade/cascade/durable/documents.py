"""What a document is: the format of version 1, and the objects that documents share.

    document = version (a byte), form (a byte), MessagePack
    form 0, plain:   [base, value]                   nothing but lists and dicts with texts as keys, each of them there once
    form 1, graph:   [base, rows, root]              row: [code, parts]
    form 2, update:  [base, rows, root, changes]     changes: [number, row that has the new content, …]

In a graph each object is a row. A part is a small value, written where it stands, or an array: ``[number]`` refers to an
object, ``[]`` is an attribute without a value. Numbers are given in the order in which objects are met, breadth first, so that
equal graphs give equal bytes and nothing here recurses. ``base`` is the number of the first row: the objects below it are
those of earlier documents (`Known`). What the order of a set was is in the order of its parts; the set that is made again has
the order that the hashes of its process give it.

What is an object: everything that can change, and every immutable value that ``is`` could tell apart, save small ones: None,
bools, ints of 64 bits, floats, texts and bytes of a length below 256 are values. (NaN is an object: that a list contains it,
Python finds by identity.) So a small value costs nothing, and a page of text that two variables name is stored once.

MessagePack by msgspec was taken instead of a format of our own because it is written and read in C: the commonest document, a
small dict, is one call. Its extension types were not: what they hold is opaque bytes, which could not refer to each other.
Plain documents are an eighth of the cost of graphs, so they are a form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

__all__ = ["GRAPH", "LONG", "PLAIN", "SCALARS", "UPDATE", "VERSION", "Known", "plain_containers"]

VERSION: Final = 1
PLAIN, GRAPH, UPDATE = range(3)
LONG: Final = 256
"""Texts and bytes of this length are objects."""
SCALARS = frozenset({type(None), bool, int, float, str, bytes})
_PLAIN_DEPTH: Final = 32
"""Deeper ones are written as graphs: MessagePack is read by recursion."""
_PLAIN_KINDS = SCALARS | {list, dict}
_TEXTS = frozenset({str})


class Known:
    """The objects of the documents so far, by their numbers: later ones refer to them.

    Whoever reads has to read, or write, the same documents in the same order. Everything here is kept alive: a number means
    its object as long as the table is there.
    """

    __slots__ = ("numbers", "objects")

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        """By the ``id`` of the object."""

    def add(self, objects: Sequence[Any]) -> None:
        """Objects get the next numbers."""
        for number, value in enumerate(objects, len(self.objects)):
            self.numbers.setdefault(id(value), number)
        self.objects.extend(objects)

    def forget(self, base: int) -> None:
        """Take back the numbers from ``base`` on."""
        for value in self.objects[base:]:
            if self.numbers.get(id(value), -1) >= base:
                del self.numbers[id(value)]
        del self.objects[base:]


def plain_containers(value: Any, known: dict[int, int]) -> list[Any] | None:
    """The lists and dicts of a value, in the order of their numbers; None when it is not plain."""
    found = level = [value]
    seen = {id(value)}
    if id(value) in known:
        return None
    for _ in range(_PLAIN_DEPTH):
        below = []
        for one in level:
            if type(one) is dict:
                if not _TEXTS.issuperset(map(type, one)):
                    return None
                one = one.values()
            kinds = {*map(type, one)}
            if not kinds <= _PLAIN_KINDS or (float in kinds and any(item != item for item in one if type(item) is float)):
                return None
            if list in kinds or dict in kinds:
                for item in one:
                    if type(item) is list or type(item) is dict:
                        if id(item) in seen or id(item) in known:
                            return None
                        seen.add(id(item))
                        below.append(item)
        if not below:
            return found
        found = found + below
        level = below
    return None
