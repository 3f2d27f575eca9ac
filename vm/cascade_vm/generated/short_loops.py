"""Loops over few items: they need no turns of their own, and are loops of Python's over the iterator itself.

A loop over at most `MOST_ITEMS` items, whose body is short and calls nothing, ends soon whatever it does, unless what it goes
over grows under it. A list does when the body appends to it: such a loop is told by identity, where it begins. To enter a loop
costs 30 ns so, where the turns that others are counted by take 150.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.generated.graph import Graph, Node
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.syntax import constant, load
from cascade_vm.operations import METHODS, OPERATIONS

__all__ = ["MOST_ITEMS", "beginnings", "iterated", "short_loop"]

MOST_ITEMS = 64
MOST_INSTRUCTIONS = 24
_ADDING = ("append", "add", "put", "[]=", "extend", "update_set", "update_dict")
_IN_PLACE = tuple(
    name for name in OPERATIONS if name[-1] == "=" and name[:-1] in OPERATIONS and not name.startswith(("<=", ">="))
)
_METHODS = frozenset(name for names in METHODS.values() for name in names)
_HARMLESS = (
    op.Copy, op.Move, op.Jump, op.Branch, op.Test, op.Next, op.Unpack, op.Clear, op.Bound, op.Check, op.Match, op.Attribute,
    op.Return,
)  # fmt: skip


def short_loop(graph: Graph, head: Node, s: Operands, over: op.Next) -> ast.expr | None:
    """What has to be true where the loop of ``head`` begins, for it to need no turns; None where nothing makes it so."""
    body = [node for node in graph.nodes if node.key in graph.bodies[head.key]]
    if any((node is not head and node.key in graph.bodies) or node.flow != head.flow for node in body):
        return None
    code = [i for node in body for i in s.flow.code[node.start : node.end]]
    growing = _growing(code) if len(code) <= MOST_INSTRUCTIONS else None
    if growing is None:
        return None
    bounded = s.bounded(over.cursor)
    unlike = [constant(False), *(load(s.register(each)) for each in sorted(growing))]
    few: list[ast.expr] = [ast.Compare(load(bounded), [ast.IsNot()], [each]) for each in unlike]
    return ast.BoolOp(ast.And(), few) if len(few) > 1 else few[0]


def iterated(graph: Graph, head: Node, s: Operands) -> op.Next | None:
    """The instruction that a loop is a `for` of: it begins with it, and the iterator stays the same all the time."""
    flow = s.program.image.blueprint.flows[head.flow]
    first = s.at(head.flow, head.start)
    if not isinstance(first, op.Next) or first.cursor < 0 or not s.is_iterator(first.cursor, head.start):
        return None
    body = graph.bodies[head.key]
    if head.after[1].key in body:
        return None
    nodes = (node for node in graph.nodes if node.key in body and node.flow == head.flow)
    code = (i for node in nodes for i in flow.code[node.start : node.end])
    return None if any(first.cursor in roles.writes(i) for i in code) else first


def beginnings(graph: Graph, head: Node, flow: Flow, over: op.Next) -> Iterator[int]:
    """The instructions that make the iterator of a loop: those just before it, else all that may."""
    body = graph.bodies[head.key]
    before = [_last_made(flow, node, over.cursor) for node in head.into if node.key not in body and node.flow == head.flow]
    if None in before or not before:
        before = [pc for pc, i in enumerate(flow.code) if isinstance(i, op.Iterate) and i.dst == over.cursor]
    yield from (pc for pc in before if pc is not None)


def _last_made(flow: Flow, node: Node, cursor: int) -> int | None:
    for pc in range(node.end - 1, node.start - 1, -1):
        i = flow.code[pc]
        if cursor in roles.writes(i):
            return pc if isinstance(i, op.Iterate) else None
    return None


def _growing(code: list[op.Instruction]) -> set[int] | None:
    """The registers whose values may grow; None when that can not be said, or when anything is called."""
    growing: set[int] = set()
    written: set[int] = set()
    for i in code:
        match i:
            case op.Compute(operation=name, arguments=(first, *_)) if name in _IN_PLACE:
                growing.add(first)
                written.update({i.dst} - {first})
                continue
            case op.Compute(operation=name, arguments=(first, *_)) if name in _ADDING:
                growing.add(first)
            case op.Compute(operation=name) if OPERATIONS[name].effect:
                return None
            case op.Method(target=target, name=name) if name in _METHODS:
                growing.add(target)
            case op.Compute():
                pass
            case _ if not isinstance(i, _HARMLESS):
                return None
            case _:
                pass
        written.update(roles.writes(i))
    kept = {register for register in growing if register >= 0}
    return None if kept & written else kept
