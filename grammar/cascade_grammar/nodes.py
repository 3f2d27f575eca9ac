"""What every node of the syntax tree is: frozen data with a span, compared without recursion. It knows no kind of node.

Nodes are msgspec structs: as dataclasses their hundred classes took 20 ms to import, and a node three times as long to make.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from cascade_grammar.spans import Span

__all__ = ["Spanned", "fields_of"]


class Spanned(msgspec.Struct, frozen=True, eq=False):
    """Anything that stands somewhere in the text.

    Nodes are equal when they are of one kind and their parts are equal, spans and ``_apart`` excepted. A tree may be deeper
    than Python's stack, so this does not recur.
    """

    _apart: ClassVar[tuple[str, ...]] = ()
    """Fields that say how a text is laid out, or say again what another says: they do not count in comparison."""

    span: Span

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            mine, theirs = pairs.pop()
            if type(mine) is not type(theirs):
                return False
            if isinstance(mine, Spanned):
                pairs += [(getattr(mine, name), getattr(theirs, name)) for name in _compared(type(mine))]
            elif isinstance(mine, tuple) and isinstance(theirs, tuple):
                if len(mine) != len(theirs):
                    return False
                pairs += zip(mine, theirs, strict=True)
            elif mine != theirs:
                return False
        return True

    def __ne__(self, other: object) -> bool:
        """Said too: a struct has its own."""
        return not self == other

    def __hash__(self) -> int:
        """By the kind of the node alone: trees are compared, but are no keys of large tables."""
        return hash(type(self))


def fields_of(kind: type[Spanned]) -> tuple[str, ...]:
    """The names of a node's fields, in order."""
    return kind.__struct_fields__


_COMPARED: dict[type, tuple[str, ...]] = {}


def _compared(kind: type[Spanned]) -> tuple[str, ...]:
    known = _COMPARED.get(kind)
    if known is None:
        apart = ("span", *kind._apart)
        known = _COMPARED[kind] = tuple(name for name in fields_of(kind) if name not in apart)
    return known
