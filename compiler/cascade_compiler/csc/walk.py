"""Which names a part of a syntax tree reads and writes. Knows no flow graph, and no meaning beyond Python's scopes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from cascade_grammar import tree
from cascade_grammar.nodes import Spanned, fields_of
from cascade_grammar.spans import Span

__all__ = ["Mentions", "children", "mentions", "target_names"]

_NOT_PARTS = ("span", "notes", "after", "header")
_FIELDS: dict[type, tuple[str, ...]] = {}
_WITHOUT_PARTS = (tree.Number, tree.Literal, tree.Duration, tree.Identifier, tree.Pass)


def _fields_of(kind: type[Spanned]) -> tuple[str, ...]:
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = tuple(name for name in fields_of(kind) if name not in _NOT_PARTS)
    return known


def children(node: Spanned) -> Iterator[Spanned]:
    """The parts of a node that stand in the text, in the order of its fields."""
    for name in _fields_of(type(node)):
        value: object = getattr(node, name)
        if isinstance(value, Spanned):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Spanned):
                    yield item
                elif isinstance(item, tuple):  # operator and operand of a comparison
                    yield item[1]


def target_names(target: tree.Expression) -> Iterator[tree.Name]:
    """The names that an assignment to ``target`` binds, from left to right."""
    pending: list[tree.Expression] = [target]
    while pending:
        match pending.pop():
            case tree.Name() as name:
                yield name
            case tree.Starred(value=value):
                pending.append(value)
            case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
                pending.extend(reversed(items))
            case _:
                pass


@dataclass(slots=True)
class Mentions:
    """Names with the place where each is first read, and first written (or deleted)."""

    reads: dict[str, Span] = field(default_factory=dict)
    writes: dict[str, Span] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All of them, each once: first those that are read."""
        return list(self.reads | self.writes)


_Hidden: TypeAlias = frozenset[str]
_Parts: TypeAlias = list[tuple[Spanned, _Hidden]]


def mentions(nodes: Iterable[Spanned], hidden: Iterable[str] = ()) -> Mentions:
    """What ``nodes`` read and write in the scope that they stand in, names in ``hidden`` excepted.

    The variables of a comprehension are not of that scope. Takes time in proportion to the size of the nodes.
    """
    found = Mentions()
    outside = frozenset(hidden)
    pending: _Parts = [(node, outside) for node in nodes]
    pending.reverse()
    while pending:
        node, hides = pending.pop()
        if isinstance(node, tree.Name):
            if node.id not in hides:
                found.reads.setdefault(node.id, node.span)
        elif not isinstance(node, _WITHOUT_PARTS):
            pending.extend(reversed(_parts(node, hides, found)))
    return found


def _parts(node: Spanned, hidden: _Hidden, found: Mentions) -> _Parts:
    """Note what ``node`` itself mentions; give what is left to look at."""
    match node:
        case tree.Comprehension(clauses=clauses):
            parts = [node.element] if node.key is None else [node.key, node.element]
            return _comprehension(clauses, parts, hidden, found)
        case tree.ParallelMap(element=element, clause=clause, limit=limit):
            return _comprehension((clause,), [element], hidden, found) + [(x, hidden) for x in (limit,) if x]
        case _:
            return [(part, hidden) for part in _plain_parts(node, found)]


def _comprehension(
    clauses: tuple[tree.Clause, ...], results: list[tree.Expression], hidden: _Hidden, found: Mentions
) -> _Parts:
    inner = hidden | {name.id for clause in clauses for name in target_names(clause.target)}
    parts: _Parts = [(clauses[0].iterable, hidden)]
    for position, clause in enumerate(clauses):
        if position:
            parts.append((clause.iterable, inner))
        parts.extend((part, inner) for part in _target(clause.target, None))
        parts.extend((condition, inner) for condition in clause.conditions)
    parts.extend((result, inner) for result in results)
    return parts


def _plain_parts(node: Spanned, found: Mentions) -> list[Spanned]:
    match node:
        case tree.Walrus(target=target, value=value):
            found.writes.setdefault(target.id, target.span)
            return [value]
        case tree.Assign(targets=targets, value=value):
            return [value, *(part for target in targets for part in _target(target, found))]
        case tree.Augment(target=target, value=value):
            return [*_target(target, found), target, value]
        case tree.Delete(targets=targets):
            return [*(part for target in targets for part in _target(target, found)), *targets]
        case tree.For(target=target, iterable=iterable, body=body, otherwise=otherwise):
            parts: list[Spanned] = [iterable, *_target(target, found), body]
            return [*parts, otherwise] if otherwise else parts
        case tree.Except(name=name, body=body):
            if name:
                found.writes.setdefault(name.text, name.span)
            return [body]
        case tree.Call(function=tree.Name()):
            return [argument.value for argument in (*node.arguments, *(a for p in node.policies for a in p.arguments))]
        case _:
            return list(children(node))


def _target(target: tree.Expression, found: Mentions | None) -> list[Spanned]:
    """Note the names that a target binds; give the expressions inside of it that are read."""
    match target:
        case tree.Name(id=name):
            if found:
                found.writes.setdefault(name, target.span)
            return []
        case tree.Starred(value=value):
            return _target(value, found)
        case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
            return [part for item in items for part in _target(item, found)]
        case _:
            return list(children(target))
