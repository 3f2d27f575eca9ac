"""Types in signatures: the expression that was written becomes a `TypeName`. Which there are is the compiler's question."""

from __future__ import annotations

from cascade_grammar import tree
from cascade_grammar.parsing.complaints import Complaints

__all__ = ["type_of"]


def type_of(complaints: Complaints, written: tree.Expression) -> tree.TypeName:
    """``list[int] | None`` as a type."""
    span = written.span
    match written:
        case tree.Name(id=name):
            return tree.TypeName(span, name)
        case tree.Literal(value=None):
            return tree.TypeName(span, "None")
        case tree.Literal(value=value) if value is ...:
            return tree.TypeName(span, "...")
        case tree.Binary(operator="|"):
            return tree.TypeName(span, "|", tuple(type_of(complaints, member) for member in _members(written)))
        case tree.Subscript(value=tree.Name(id=name), index=tree.TupleDisplay(items=items)):
            return tree.TypeName(span, name, tuple(type_of(complaints, item) for item in items))
        case tree.Subscript(value=tree.Name(id=name), index=index):
            return tree.TypeName(span, name, (type_of(complaints, index),))
        case _:
            hint = "types are written as `int`, `list[str]`, `dict[str, int] | None`"
            complaints.add("CS130", span, "this is no type", hint)
            return tree.TypeName(span, "any")


def _members(union: tree.Expression) -> list[tree.Expression]:
    """The members of ``a | b | c``, however they are grouped."""
    members: list[tree.Expression] = []
    waiting = [union]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Binary) and part.operator == "|":
            waiting += (part.right, part.left)
        else:
            members.append(part)
    return members
