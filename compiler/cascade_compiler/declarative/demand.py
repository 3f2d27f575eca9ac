"""Which nodes a goal needs, and which of them only if a route is chosen: routers become plain nodes.

A `Route` becomes a `Choose` (which route) and a `Pick` (its value). A node that is needed only for some routes gets a `Gate`, a
value that is true when one of these was chosen. Before::

    0 call slow;  1 call quick;  2 route (slot 0) to 0, 1

after::

    3 choose (slot 0)
    4 gate: 3 is 0        0 call slow, if 4
    5 gate: 3 is 1        1 call quick, if 5
    2 pick by 3 of 0, 1

Gates refer to gates, so their size grows with the graph and not with its square. Time is linear, and nothing recurses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import msgspec
from cascade_compiler.declarative.outline import Choose, Gate, Item, Outline, Pick, Result, Route, results_of
from msgspec.structs import replace

__all__ = ["CircularDemand", "Part", "needed_for", "part_for"]


class CircularDemand(Exception):  # noqa: N818 - it is the user's graph that is wrong, which `planning` says with a code
    """Nodes that would have to wait for each other: ``nodes`` is what one of them is needed for, and needs."""

    def __init__(self, nodes: tuple[int, ...]) -> None:
        super().__init__(nodes)
        self.nodes = nodes


class Part(msgspec.Struct, frozen=True):
    """What one goal needs: nodes by number, and an order in which they can run. Numbers of the outline are kept."""

    goal: int
    items: Mapping[int, Item]
    order: Sequence[int]


def needed_for(outline: Outline, goal: int) -> set[int]:
    """All nodes that may have to run for ``goal``."""
    found, pending = {goal}, [goal]
    while pending:
        for node in results_of(outline.nodes[pending.pop()]):
            if node not in found:
                found.add(node)
                pending.append(node)
    return found


def part_for(outline: Outline, goal: int) -> Part:
    """The nodes for a goal, without routes. Raises `CircularDemand`."""
    needed = sorted(needed_for(outline, goal))
    if not any(isinstance(outline.nodes[node].work, Route) for node in needed):
        return Part(goal, {node: outline.nodes[node] for node in needed}, needed)
    made = _Gates(outline)
    items: dict[int, Item] = {}
    for node in reversed(needed):
        items |= made.settle(node, always=node == goal)
    return Part(goal, items, _sorted(items, len(outline.nodes)))


@dataclass(slots=True)
class _Reasons:
    """Why a node is needed."""

    always: bool = False
    gates: set[int] = field(default_factory=set)
    choices: set[tuple[int, int]] = field(default_factory=set)


class _Gates:
    """Nodes are settled consumers first, so that all reasons for a node are known when its turn comes."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.size = len(outline.nodes)
        self.reasons: dict[int, _Reasons] = {}
        self.gate_of: dict[int, int | None] = {}
        self.known: dict[tuple[tuple[tuple[int, int], ...], tuple[int, ...]], int] = {}

    def settle(self, node: int, always: bool) -> dict[int, Item]:
        """The node with its gate, and the nodes that are made for it."""
        reasons = _Reasons(always=True) if always else self.reasons.pop(node)
        item = self.outline.nodes[node]
        made: dict[int, Item] = {}
        gate = None
        if not reasons.always:
            gate, made = self._gate(reasons, item)
        self.gate_of[node] = gate
        gated = None if gate is None else Result(gate)
        strong: Iterator[int] | list[int] = results_of(item)
        if isinstance(item.work, Route):
            route, chooser = item.work, self.size + node
            made[chooser] = replace(item, work=Choose(route.selector, route.keys), gate=gated, after=())
            made[node] = replace(item, work=Pick(Result(chooser), route.routes), gate=gated)
            for number, operand in enumerate(route.routes):
                if isinstance(operand, Result):
                    self._reasons(operand.node).choices.add((node, number))
            strong = [*item.after, *([route.selector.node] if isinstance(route.selector, Result) else [])]
        else:
            made[node] = item if gated is None else replace(item, gate=gated)
        for other in strong:
            if gate is None:
                self._reasons(other).always = True
            else:
                self._reasons(other).gates.add(gate)
        return made

    def _reasons(self, node: int) -> _Reasons:
        return self.reasons.setdefault(node, _Reasons())

    def _gate(self, reasons: _Reasons, item: Item) -> tuple[int, dict[int, Item]]:
        """A gate for these reasons; a choice says nothing new where the whole router is a reason."""
        choices = tuple(sorted(one for one in reasons.choices if self._says_something(one, reasons.gates)))
        gates = tuple(sorted(reasons.gates))
        if not choices and len(gates) == 1:
            return gates[0], {}
        known = self.known.get((choices, gates))
        if known is not None:
            return known, {}
        number = self.known[choices, gates] = 2 * self.size + len(self.known)
        work = Gate(tuple((Result(self.size + route), case) for route, case in choices), tuple(map(Result, gates)))
        return number, {number: Item(item.name, item.place, work)}

    def _says_something(self, choice: tuple[int, int], gates: set[int]) -> bool:
        gate = self.gate_of[choice[0]]
        return gate is None or gate not in gates


def _sorted(items: Mapping[int, Item], size: int) -> list[int]:
    """An order in which the nodes can run, near to that of the outline."""
    missing = {node: set(results_of(item)) for node, item in items.items()}
    consumers: dict[int, list[int]] = {}
    for node, needs in missing.items():
        for need in needs:
            consumers.setdefault(need, []).append(node)
    counts = {node: len(needs) for node, needs in missing.items()}
    ready = [(_rank(node, size), node) for node, count in counts.items() if not count]
    heapify(ready)
    order = []
    while ready:
        _, node = heappop(ready)
        order.append(node)
        for consumer in consumers.get(node, ()):
            counts[consumer] -= 1
            if not counts[consumer]:
                heappush(ready, (_rank(consumer, size), consumer))
    if len(order) < len(items):
        raise CircularDemand(tuple(sorted(node for node, count in counts.items() if count and node < size)))
    return order


def _rank(node: int, size: int) -> int:
    """Choices and gates take no time: they come first."""
    return node if node < size else -1
