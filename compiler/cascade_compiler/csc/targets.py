"""Targets: assignment, unpacking, augmented assignment, ``del``, and the item of a loop.

Attributes as targets are Python's only: the checks of `.csc` refuse them.
"""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Ref
from cascade_grammar import tree

__all__ = ["assign", "augment", "delete", "step", "store"]


def assign(frame: Frame, statement: tree.Assign) -> None:
    """The value first, then the targets from left to right."""
    match statement.targets, statement.value:
        case ((tree.TupleDisplay(items=names),), tree.TupleDisplay(items=values)) if _pairs_up(names, values):
            found = [frame.value(value) for value in values]
            for target, ref in zip(names, found, strict=True):
                store(frame, target, ref)
        case (targets, value):
            ref = frame.value(value)
            for target in targets:
                store(frame, target, ref)


def _pairs_up(names: tuple[tree.Expression, ...], values: tuple[tree.Expression, ...]) -> bool:
    """``a, b = b, a`` needs no tuple."""
    return len(names) == len(values) and not any(isinstance(part, tree.Starred) for part in names + values)


def store(frame: Frame, target: tree.Expression, ref: Ref) -> None:
    """Give one target a value. Of ``a[i]``, ``a`` and ``i`` are evaluated now."""
    match target:
        case tree.Name(id=name):
            variable = frame.variable(name)
            assert variable is not None
            frame.store(variable, ref, target.span)
        case tree.Subscript(value=container, index=index):
            owner = frame.value(container)
            frame.operate("[]=", target.span, owner, frame.value(index), ref)
        case tree.Attribute(value=owner_part, name=attribute):
            owner = frame.value(owner_part)
            frame.operate("set_attribute", target.span, owner, frame.constant(attribute.text, target.span), ref)
        case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
            _unpack(frame, target, items, ref)
        case _:
            raise AssertionError(f"{type(target).__name__} as a target passed the checks")


def _unpack(frame: Frame, target: tree.Expression, items: tuple[tree.Expression, ...], ref: Ref) -> None:
    """All items are taken out before the first is stored."""
    temporaries = tuple(frame.temporary("u") for _ in items)
    star = next((i for i, item in enumerate(items) if isinstance(item, tree.Starred)), -1)
    frame.add(graph.UnpackInto, target.span, temporaries, star, ref)
    for item, temporary in zip(items, temporaries, strict=True):
        inside = item.value if isinstance(item, tree.Starred) else item
        store(frame, inside, frame.load(temporary, inside.span))


def augment(frame: Frame, statement: tree.Augment) -> None:
    """``target op= value``; the parts of the target are evaluated once."""
    target, span = statement.target, statement.span
    operation = statement.operator + "="
    match target:
        case tree.Name(id=name):
            variable = frame.variable(name)
            assert variable is not None
            before = frame.load(variable, target.span)
            frame.store(variable, frame.operate(operation, span, before, frame.value(statement.value)), target.span)
        case tree.Subscript(value=container, index=index):
            owner = frame.value(container)
            key = frame.value(index)
            before = frame.operate("[]", target.span, owner, key)
            after = frame.operate(operation, span, before, frame.value(statement.value))
            frame.operate("[]=", target.span, owner, key, after)
        case tree.Attribute(value=owner_part, name=attribute):
            owner = frame.value(owner_part)
            before = frame.add(graph.AttributeOf, target.span, owner, attribute.text)
            after = frame.operate(operation, span, before, frame.value(statement.value))
            frame.operate("set_attribute", target.span, owner, frame.constant(attribute.text, target.span), after)
        case _:
            raise AssertionError(f"{type(target).__name__} as a target passed the checks")


def delete(frame: Frame, target: tree.Expression) -> None:
    """``del target``"""
    match target:
        case tree.Name(id=name):
            frame.add(graph.Forget, target.span, name)
        case tree.Subscript(value=container, index=index):
            owner = frame.value(container)
            frame.operate("del []", target.span, owner, frame.value(index))
        case tree.Attribute(value=owner_part, name=attribute):
            owner = frame.value(owner_part)
            frame.operate("del_attribute", target.span, owner, frame.constant(attribute.text, target.span))
        case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
            for item in items:
                delete(frame, item)
        case _:
            raise AssertionError(f"{type(target).__name__} as a target passed the checks")


def step(
    frame: Frame, loop: tree.For | tree.Clause, iteration: Ref, ways: tuple[Label, Label], item: str | None = None
) -> None:
    """End a loop's head: to ``ways[0]`` with the next item stored in the target (and in ``item``), or to ``ways[1]``."""
    target = loop.target
    plain = frame.variable(target.id) if isinstance(target, tree.Name) and item is None else None
    variable = plain or item or frame.temporary("item")
    frame.end(graph.Step, loop.iterable.span, iteration, variable, *ways)
    frame.start(ways[0], target.span)
    if plain is None:
        store(frame, target, frame.load(variable, target.span))
