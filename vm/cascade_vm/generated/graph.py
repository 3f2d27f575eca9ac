"""The code that can be reached from an entry, as a graph of nodes.

A node is a run of instructions under one handler, entered at its start only. Flows that call each other by tail calls are one
graph: a tail call is an edge. An entry in the midst of a loop would make that loop one with two entries, which no structured
program has; so a node is told apart by its *context* too, the loops whose first round is not over yet. The code behind such an
entry is there again for each of them, and every loop is entered at its head.

This file knows opcodes by their roles, and the few that end a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.generated.unseen import looking_ahead

__all__ = ["Graph", "Node", "Unstructured", "back_edges", "graph_from", "loops_of", "tail_group"]

MOST_INSTRUCTIONS = 4_000
"""Of one graph. Generating takes some 50 µs an instruction, during which nothing else runs."""


class Unstructured(Exception):  # noqa: N818 - a property of code, not a mistake
    """This code stays in tier 0: it is too large, or has a loop with two entries."""


Key = tuple[int, int, tuple[int, ...]]
"""Flow, first instruction, context: the heads of the loops whose first round is not over."""


@dataclass(eq=False, slots=True)
class Node:
    """Instructions ``start <= pc < end`` of a flow, and where control goes from there.

    ``after`` are the successors in the order of the last instruction's labels, fall-through first. ``handler`` is the node that
    gets errors, ``caught`` the row of the flow's table.
    """

    key: Key
    end: int
    after: list[Node] = field(default_factory=list)
    handler: Node | None = None
    caught: int = -1
    asks: bool = False
    """It ends with `next` of an iterator, whose end leads to the handler (`cascade_vm.generated.unseen`)."""
    order: int = -1
    """Place in reverse postorder."""
    dominator: Node | None = None
    loop: Node | None = None
    """Head of the innermost loop that it is in; its own if it is one."""
    into: list[Node] = field(default_factory=list)

    @property
    def flow(self) -> int:
        return self.key[0]

    @property
    def start(self) -> int:
        return self.key[1]

    def ways_out(self) -> Iterator[Node]:
        yield from self.after
        if self.handler is not None:
            yield self.handler

    def dominates(self, other: Node) -> bool:
        """Whether each way to ``other`` leads through this one."""
        found: Node | None = other
        while found is not None and found.order > self.order:
            found = found.dominator
        return found is self


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes in reverse postorder, the entry first; ``bodies`` are the nodes of each loop, by its head's key."""

    nodes: list[Node]
    bodies: dict[Key, set[Key]]

    @property
    def entry(self) -> Node:
        return self.nodes[0]


def tail_group(blueprint: Blueprint, flow: int) -> frozenset[int]:
    """The flows that ``flow`` reaches by tail calls and that reach it: control goes round among them without end."""
    targets = [{i.flow for i in each.code if isinstance(i, op.TailCall)} if each.code else set() for each in blueprint.flows]

    def reached(start: int) -> set[int]:
        found: set[int] = set()
        pending = list(targets[start])
        while pending:
            here = pending.pop()
            if here not in found:
                found.add(here)
                pending += targets[here]
        return found

    forward = reached(flow)
    return frozenset({flow} | {other for other in forward if flow in reached(other)})


# --- one flow ------------------------------------------------------------------------------------------------------------


def _handler_at(flow: Flow, pc: int) -> int:
    """The row of the table that has the errors of an instruction, -1 for none."""
    for row, handler in enumerate(flow.handlers):
        if handler.start <= pc < handler.end:
            return row
    return -1


def _starts(flow: Flow, asking: Iterable[int]) -> list[int]:
    """Where nodes begin, in order."""
    found = {0, *(pc + 1 for pc in asking)}
    for pc, instruction in enumerate(flow.code):
        labels = roles.labels(instruction)
        found.update(labels)
        if labels or instruction.ends_block:
            found.add(pc + 1)
    for handler in flow.handlers:
        found.update((handler.start, handler.end, handler.target))
    return sorted(start for start in found if start < len(flow.code))


class Plan:
    """A flow cut into nodes: where they begin and end, where they lead, and its loops."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.asking = looking_ahead(flow, [_handler_at(flow, pc) for pc in range(len(flow.code))])
        starts = _starts(flow, self.asking)
        self.ends = dict(zip(starts, [*starts[1:], len(flow.code)], strict=True))
        self.handlers = {start: _handler_at(flow, start) for start in starts}
        self.after = {start: self._after(start) for start in starts}
        self.outer = self._loops()

    def _after(self, start: int) -> tuple[int, ...]:
        last = self.ends[start] - 1
        if last in self.asking:
            return last + 1, self.flow.handlers[self.handlers[start]].target
        return roles.successors(self.flow.code[last], last)

    def ways_out(self, start: int) -> tuple[int, ...]:
        row = self.handlers[start]
        return (
            self.after[start] if row < 0 or not self.can_fail(start) else (*self.after[start], self.flow.handlers[row].target)
        )

    def can_fail(self, start: int) -> bool:
        """Whether an error may leave the node: by its instructions, or where it counts a turn."""
        code = self.flow.code[start : self.ends[start]]
        back = any(label < self.ends[start] for label in roles.labels(code[-1]))
        return back or any(i.may_raise or i.suspends for i in code)

    def _loops(self) -> dict[int, tuple[int, ...]]:
        """The heads of the loops that each node is in, innermost first.

        A loop is a set of nodes that lead to each other; without its head it falls apart into the loops within it. A loop that
        is entered at several nodes has one of them as its head, too: the others are entries into its midst.
        """
        reached = _reached(self.ways_out)
        into: dict[int, list[int]] = {start: [] for start in reached}
        for start in reached:
            for way in self.ways_out(start):
                into[way].append(start)
        found: dict[int, tuple[int, ...]] = dict.fromkeys(reached, ())
        pending = [reached]
        while pending:
            for loop in strong_components(pending.pop(), self.ways_out):
                entries = [start for start in loop if start == 0 or any(each not in loop for each in into[start])]
                head = max(entries, key=lambda start: (sum(each in loop for each in into[start]), -start))
                for start in loop:
                    found[start] = (head, *found[start])
                pending.append(loop - {head})
        return found


def _reached(ways_out: Callable[[int], Iterable[int]]) -> set[int]:
    found = {0}
    pending = [0]
    while pending:
        for way in ways_out(pending.pop()):
            if way not in found:
                found.add(way)
                pending.append(way)
    return found


def strong_components(nodes: set[int], ways_out: Callable[[int], Iterable[int]]) -> list[set[int]]:
    """The sets of nodes that lead to each other, or one to itself (Tarjan's algorithm)."""
    numbers: dict[int, int] = {}
    lowest: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    found: list[set[int]] = []
    for root in sorted(nodes):
        if root in numbers:
            continue
        work = [(root, iter([*ways_out(root)]))]
        numbers[root] = lowest[root] = len(numbers)
        path.append(root)
        on_path.add(root)
        while work:
            node, ways = work[-1]
            for way in ways:
                if way not in nodes:
                    continue
                if way not in numbers:
                    numbers[way] = lowest[way] = len(numbers)
                    path.append(way)
                    on_path.add(way)
                    work.append((way, iter([*ways_out(way)])))
                    break
                if way in on_path:
                    lowest[node] = min(lowest[node], numbers[way])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == numbers[node]:
                    component = set()
                    while node not in component:
                        component.add(path.pop())
                    on_path -= component
                    if len(component) > 1 or node in ways_out(node):
                        found.append(component)
    return found


def arrange(entry: Node) -> list[Node]:
    """The nodes that are reached, in reverse postorder, with their dominators (Cooper, Harvey and Kennedy's way)."""
    order: list[Node] = []
    seen = {entry}
    stack = [(entry, iter([*entry.ways_out()]))]
    while stack:
        node, ways = stack[-1]
        for way in ways:
            if way not in seen:
                seen.add(way)
                stack.append((way, iter([*way.ways_out()])))
                break
        else:
            stack.pop()
            order.append(node)
    order.reverse()
    for place, node in enumerate(order):
        node.order = place
        node.into = []
    for node in order:
        for way in node.ways_out():
            way.into.append(node)
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            known = [each for each in node.into if each is entry or each.dominator is not None]
            new = known[0]
            for other in known[1:]:
                new = _meet(new, other)
            if node.dominator is not new:
                node.dominator, changed = new, True
    return order


def _meet(a: Node, b: Node) -> Node:
    while a is not b:
        if a.order > b.order:
            assert a.dominator is not None
            a = a.dominator
        else:
            assert b.dominator is not None
            b = b.dominator
    return a


def back_edges(order: list[Node]) -> Iterator[tuple[Node, Node]]:
    """The edges that go back to the head of a loop. Raises `Unstructured` when one leads elsewhere."""
    for node in order:
        for way in node.ways_out():
            if way.order <= node.order:
                if not way.dominates(node):
                    raise Unstructured("a loop has two entries")
                yield node, way


def loops_of(order: list[Node]) -> dict[Key, set[Key]]:
    """The nodes of each loop, by the key of its head."""
    bodies: dict[Key, set[Key]] = {}
    for source, head in back_edges(order):
        body = bodies.setdefault(head.key, {head.key})
        pending = [source]
        while pending:
            node = pending.pop()
            if node.key not in body:
                body.add(node.key)
                pending += node.into
    return bodies


# --- from an entry -------------------------------------------------------------------------------------------------------


def graph_from(blueprint: Blueprint, plans: dict[int, Plan], flow: int, pc: int) -> Graph:
    """The graph of what instruction ``pc`` of a flow leads to. ``plans`` keeps what is found out of flows."""
    group = tail_group(blueprint, flow)
    if sum(len(blueprint.flows[each].code) for each in group) > MOST_INSTRUCTIONS:
        raise Unstructured("too large")
    for each in group:
        if each not in plans:
            plans[each] = Plan(blueprint.flows[each])
    if pc not in plans[flow].outer:
        raise Unstructured("no entry there")
    building = _Building(plans, group)
    entry = building.enter(flow, pc)
    building.connect()
    order = arrange(entry)
    bodies = loops_of(order)
    for head in order:
        if head.key in bodies:
            for node in order:
                if node.key in bodies[head.key]:
                    node.loop = head  # inner heads come later
    return Graph(order, bodies)


class _Building:
    def __init__(self, plans: dict[int, Plan], group: frozenset[int]) -> None:
        self.plans = plans
        self.group = group
        self.nodes: dict[Key, Node] = {}
        self.pending: list[Node] = []

    def enter(self, flow: int, pc: int) -> Node:
        """The node of a flow that is entered there, from outside of all its loops."""
        return self.node((flow, pc, tuple(head for head in self.plans[flow].outer[pc] if head != pc)))

    def node(self, key: Key) -> Node:
        found = self.nodes.get(key)
        if found is None:
            flow, start, _ = key
            found = self.nodes[key] = Node(key, self.plans[flow].ends[start])
            self.pending.append(found)
            if len(self.nodes) > MOST_INSTRUCTIONS:
                raise Unstructured("too many entries into loops")
        return found

    def connect(self) -> None:
        while self.pending:
            node = self.pending.pop()
            flow, start, context = node.key
            plan = self.plans[flow]
            node.after = [self.node((flow, way, _context(plan, context, start, way))) for way in plan.after[start]]
            last = plan.flow.code[node.end - 1]
            node.asks = node.end - 1 in plan.asking
            if isinstance(last, op.TailCall) and last.flow in self.group:
                node.after = [self.enter(last.flow, 0)]
            row = plan.handlers[start]
            if row >= 0 and plan.can_fail(start):
                target = plan.flow.handlers[row].target
                node.handler = self.node((flow, target, _context(plan, context, start, target)))
                node.caught = row


def _context(plan: Plan, context: tuple[int, ...], here: int, way: int) -> tuple[int, ...]:
    """The context behind an edge: loops that are entered elsewhere than at their head, and those that were and still are not at
    it."""
    inside = plan.outer[here]
    return tuple(head for head in plan.outer[way] if head != way and (head in context or head not in inside))
