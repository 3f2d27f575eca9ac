"""Loops over few items: they need no turns of their own, and are loops of Python's over the iterator itself.

A loop over at most `MOST_ITEMS` items, whose body is short and calls nothing, ends soon whatever it does, unless what it goes
over grows under it. A list does when the body appends to it: such a loop is told by identity, where it begins. (Dicts and sets
that grow end a loop over them with an error.) To enter a loop
costs 30 ns so, where the turns that others are counted by take 150.

Where the instruction that makes the iterator stands just before its loop, none is made for few items: the loop goes over the
value itself (`Begun`), which saves as much again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.generated.graph import Graph, Node
from cascade_vm.generated.operands import Begun, Operands
from cascade_vm.generated.syntax import constant, load
from cascade_vm.operations import METHODS, OPERATIONS

__all__ = [
    "MOST_ITEMS", "Short", "began_before", "beginnings", "few_items", "iterated", "look_at_loops", "short_loop",
]  # fmt: skip

MOST_ITEMS = 64
MOST_INSTRUCTIONS = 24
_ADDING = ("append", "add", "put", "[]=", "extend", "update_set", "update_dict")
_IN_PLACE = tuple(
    name for name in OPERATIONS if name[-1] == "=" and name[:-1] in OPERATIONS and not name.startswith(("<=", ">="))
)
_MAKING = ("+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "neg", "len", "build_list", "build_tuple", "list")
"""Operations that give nothing that there was before."""
_METHODS = frozenset(name for names in METHODS.values() for name in names)
_GROWING = ("append", "extend", "insert", "[]=", "+=", "*=")
"""Operations and methods after which a list may be longer: an item that is set may be a slice."""
_HARMLESS = (
    op.Copy, op.Move, op.Jump, op.Branch, op.Test, op.Next, op.Unpack, op.Clear, op.Bound, op.Check, op.Match, op.Attribute,
    op.Return,
)  # fmt: skip


class Short(NamedTuple):
    """A loop that needs no turns for few items. ``growing`` are the registers that must not hold what it goes over, where it
    begins. ``only_fixed``: that does not do, it has to be something that never grows. ``sealed``: it can not be left."""

    growing: list[int]
    only_fixed: bool
    sealed: bool


def short_loop(graph: Graph, head: Node, s: Operands) -> Short | None:
    """The loop of ``head`` if it is a short one."""
    body = [node for node in graph.nodes if node.key in graph.bodies[head.key]]
    if any((node is not head and node.key in graph.bodies) or node.flow != head.flow for node in body):
        return None
    s.at(head.flow, head.start)
    code = [(pc, s.flow.code[pc]) for node in body for pc in range(node.start, node.end)]
    if len(code) > MOST_INSTRUCTIONS or not all(_ends_soon(i) for _, i in code):
        return None
    growing = _growing(code, s)
    new = _new_before(graph, head, s)
    kept = [each for each in sorted(growing - new) if s.liveness().is_read_from(each, head.start)]
    aliased = any(register in growing and not _is_fresh(i, register) for _, i in code for register in roles.writes(i))
    sealed = not any(isinstance(i, op.Method) and not _is_known(s, pc, i) for pc, i in code)
    return Short(kept, aliased, sealed)


def few_items(s: Operands, short: Short, over: op.Next, begun: Begun | None) -> list[ast.expr] | None:
    """What has to be true where a loop begins, for it to need no turns; None where nothing makes it so."""
    if short.only_fixed and (begun is None or not begun.fixed):
        return None
    if begun is None:
        bounded = load(s.bounded(over.cursor))
        few: list[ast.expr] = [ast.Compare(bounded, [ast.IsNot()], [constant(False)])]
    else:
        few, bounded = list(begun.few), begun.over
    growing = [] if begun is not None and begun.fixed else short.growing
    return [*few, *(ast.Compare(bounded, [ast.IsNot()], [load(s.register(each))]) for each in growing)]


def look_at_loops(graph: Graph, s: Operands, over: Callable[[Node], op.Next | None]) -> None:
    """Tell how loops begin that may need no turns; ``over`` gives the instruction that a loop is a `for` of."""
    for node in graph.nodes:
        iterates = over(node) if node.key in graph.bodies else None
        short = None if iterates is None else short_loop(graph, node, s)
        if iterates is None or short is None:
            continue
        before = began_before(graph, node, s.flow)
        if before is not None and not _goes_on(s, *before):
            s.leading[before[0].key] = (before[1], node.key)
        if not short.only_fixed:
            s.short.update((node.flow, pc) for pc in beginnings(graph, node, s.flow, iterates))


def _goes_on(s: Operands, node: Node, pc: int) -> bool:
    """Whether a loop goes on with the iterator that a variable holds: where it is in its value only that knows."""
    made = s.flow.code[pc]
    assert isinstance(made, op.Iterate)
    return made.source >= 0 and s.is_iterator(made.source, pc)


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


def began_before(graph: Graph, head: Node, flow: Flow) -> tuple[Node, int] | None:
    """The node that leads to a loop and nowhere else, and its instruction that makes the iterator: what is behind that there
    could as well be before it."""
    body = graph.bodies[head.key]
    before = [node for node in head.into if node.key not in body]
    if len(before) != 1 or before[0].after != [head] or before[0].flow != head.flow or before[0].handler is not None:
        return None
    (node,) = before
    over = flow.code[head.start]
    assert isinstance(over, op.Next)
    pc = _last_made(flow, node, over.cursor)
    if pc is None:
        return None
    behind = flow.code[pc + 1 : node.end]
    made = flow.code[pc]
    taken = set(roles.registers_read(made)) | set(roles.registers_read(flow.code[pc - 1]) if pc > node.start else ())
    quiet = all(_is_quiet(i) and not taken.intersection(roles.writes(i)) for i in behind)
    return (node, pc) if quiet else None


def _new_before(graph: Graph, head: Node, s: Operands) -> set[int]:
    """Registers that hold, where a loop begins, what has been made since its iterator was, or a constant."""
    found = began_before(graph, head, s.flow)
    return set() if found is None else {each for i in s.flow.code[found[1] + 1 : found[0].end] for each in roles.writes(i)}


def _is_quiet(i: op.Instruction) -> bool:
    """Whether it makes something new out of nothing, or does nothing."""
    match i:
        case op.Jump():
            return True
        case op.Compute(operation="build_list" | "build_dict" | "build_set" | "set" | "dict" | "list", arguments=()):
            return True
        case op.Copy(source=source):
            return source < 0
        case _:
            return False


# --- what grows ----------------------------------------------------------------------------------------------------------


def _ends_soon(i: op.Instruction) -> bool:
    match i:
        case op.Compute(operation=name, arguments=(_, *_)) if name in _IN_PLACE or name in _ADDING:
            return True
        case op.Compute(operation=name):
            return not OPERATIONS[name].effect
        case op.Method(name=name):
            return name in _METHODS
        case _:
            return isinstance(i, _HARMLESS)


def _growing(code: Sequence[tuple[int, op.Instruction]], s: Operands) -> set[int]:
    """The registers that may hold lists which grow."""
    found: set[int] = set()
    for pc, i in code:
        match i:
            case op.Compute(operation=name, arguments=(first, *_)) | op.Method(target=first, name=name) if name in _GROWING:
                s.at(s.index, pc)
                if first >= 0 and s.kind(first) in (None, list):
                    found.add(first)
            case _:
                pass
    return found


def _is_fresh(i: op.Instruction, register: int) -> bool:
    """Whether what an instruction writes to a register is nothing that there was before: or what that held already."""
    match i:
        case op.Copy(source=source):
            return source < 0
        case op.Compute(operation=name, arguments=arguments):
            return name in _MAKING or (name in _IN_PLACE and arguments[0] == register)
        case _:
            return False


def _is_known(s: Operands, pc: int, i: op.Method) -> bool:
    """Whether a method is one of a value of a built-in type for certain, which runs at once: others may wait."""
    s.at(s.index, pc)
    return i.name in METHODS.get(s.kind(i.target) or object, ()) and not any(i.forms) and not i.name.startswith("format")
