"""Errors that a handler asks nothing but the class of: `except ValueError: return None`.

Nobody sees such an error again. So where it was raised by what Python itself does, in the very frame that catches it, its trail
is not written down, and the register has in its place an error of the same class that holds nothing: what is caught costs a
fifth. An error that came through other frames is noted as ever, for it may be somebody's own.

    v = UNSEEN.get(type(e)) if e.__traceback__.tb_next is None else None
    if not isinstance(v, (ValueError,)):
        v = caught(…)

Where that is the end of an iterator in a variable no error is raised at all (`looking_ahead`).

This file knows instructions and handlers, not how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cascade_vm import opcodes as op
from cascade_vm import plain, roles
from cascade_vm.blueprint import Blueprint, Flow, Handler

if TYPE_CHECKING:
    from cascade_vm.generated.graph import Node

__all__ = ["looking_ahead", "unseen"]

_MOST_CLAUSES = 8


def unseen(blueprint: Blueprint, node: Node, protected: Iterable[Node]) -> tuple[type[Exception], ...]:
    """The classes of errors that the handler of ``node`` does not look at; ``protected`` is all that its `try` is around."""
    flow = blueprint.flows[node.flow]
    classes = _classes(flow, flow.handlers[node.caught])
    for each in protected:
        code = blueprint.flows[each.flow].code[each.start : each.end]
        if any(isinstance(i, op.Fail | op.Reraise) for i in code):
            return ()  # an error that the program has is seen by whoever has it
        if any(isinstance(i, op.Call) for i in code) and _has_ends(classes):
            return ()  # that of a task is made another error
    return classes


def looking_ahead(flow: Flow, rows: Iterable[int]) -> frozenset[int]:
    """The instructions that ask an iterator for an item where its end goes to a handler that does not look at the error: they
    go there themselves. ``rows`` are the handlers of instructions, -1 for none."""
    begun = {i.dst for i in flow.code if isinstance(i, op.Compute) and i.operation == "iter"}
    ends: dict[int, bool] = {-1: False}
    found: set[int] = set()
    for pc, (i, row) in enumerate(zip(flow.code, rows, strict=True)):
        match i:
            case op.Compute(operation="next", arguments=(iterator,)) if iterator in begun and not any(i.forms):
                if row not in ends:
                    ends[row] = _has_ends(_classes(flow, flow.handlers[row]))
                if ends[row]:
                    found.add(pc)
            case _:
                pass
    return frozenset(found)


def _has_ends(classes: Iterable[type[Exception]]) -> bool:
    return any(issubclass(StopIteration, kind) for kind in classes)


def _classes(flow: Flow, handler: Handler) -> tuple[type[Exception], ...]:
    """Those of the first clauses of a handler, up to one that looks at the error."""
    if handler.cleanup:
        return ()
    found: list[type[Exception]] = []
    target, error = handler.target, handler.error
    for _ in range(_MOST_CLAUSES):
        if not _is_read(flow, error, target):
            return (*found, Exception)
        match, branch = (*flow.code[target : target + 2], None)[:2]
        if not isinstance(match, op.Match) or match.error != error or match.dst == error:
            break
        if not isinstance(branch, op.Branch) or branch.condition != match.dst:
            break
        classes, others = plain.errors_named(match.kinds)
        if others or _is_read(flow, error, branch.then):
            break
        found += classes
        target = branch.otherwise
    return tuple(found)


def _is_read(flow: Flow, register: int, start: int) -> bool:
    """Whether what a register holds may be read from there on."""
    pending, known = [start], {start}
    while pending:
        pc = pending.pop()
        i = flow.code[pc]
        if register in roles.registers_read(i):
            return True
        ways = [handler.target for handler in flow.handlers if handler.start <= pc < handler.end and handler.error != register]
        if register not in roles.writes(i) or isinstance(i, op.Next):
            ways += roles.successors(i, pc)
        pending += [way for way in ways if way not in known]
        known.update(ways)
    return False
