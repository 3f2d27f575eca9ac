"""What every node of the syntax tree is: frozen data with a span, compared without recursion. It knows no kind of node."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar, dataclass_transform

from cascade_grammar.spans import Span

__all__ = ["Spanned", "node"]

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def node(kind: type[_T]) -> type[_T]:
    """A class of nodes: a frozen dataclass that takes equality from `Spanned`."""
    return dataclass(frozen=True, slots=True, eq=False)(kind)


@node
class Spanned:
    """Anything that stands somewhere in the text.

    Nodes are equal when they are of one kind and their parts are equal, spans excepted. A tree may be deeper than Python's
    stack, so this does not recur.
    """

    span: Span = field(compare=False, repr=False)

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

    def __hash__(self) -> int:
        """By the kind of the node alone: trees are compared, but are no keys of large tables."""
        return hash(type(self))


_COMPARED: dict[type, tuple[str, ...]] = {}


def _compared(kind: type[Spanned]) -> tuple[str, ...]:
    known = _COMPARED.get(kind)
    if known is None:
        known = _COMPARED[kind] = tuple(part.name for part in fields(kind) if part.compare)
    return known
