"""The graph that a target is part of, read once: nodes with their shapes, and the literals of this very call.

Placeholders nest anywhere in arguments. A container that holds some becomes a node of its own that is built anew in each run;
one that holds none is a literal, handed on as it is. A node that occurs twice, the same object, is one node. Nothing recurses,
and time is linear in what there is to read. What a graph means is said by `cascade.planning`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any, TypeAlias

from cascade_vm.errors import CATCHABLE
from cascade_vm.host import UNBOUND, Place

from cascade.errors import GraphError, Problem
from cascade.injected import check_injected
from cascade.inputs import Input
from cascade.lazy import NOTHING, LazyResult, Mapped, policy_values, target_name
from cascade.placeholder import Placeholder
from cascade.places import place_in
from cascade.policies import Cache, CallPolicy, Constraints, Retry, Timeout
from cascade.program import Flow, FlowCall
from cascade.routing import Router
from cascade.shapes import (
    CallShape,
    CollectShape,
    Number,
    PolicyShape,
    RouteShape,
    Same,
    Shape,
    Sites,
    numbers_in,
    slot_number,
)
from cascade.structure import children, holds_atoms
from cascade.tasks import Task

__all__ = ["LazyGraph", "Node", "graph_of"]

_CONTAINERS = (list, tuple, dict, set, frozenset)
_Thing: TypeAlias = Any
"""A placeholder, a container that holds placeholders, or a call of a flow: what becomes a node."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A node: ``dependencies`` are the numbers of the nodes that have to end before it begins."""

    id: int
    name: str
    shape: Shape
    site: tuple[CodeType | None, int]

    @property
    def dependencies(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(number for number in numbers_in(self.shape) if number >= 0))

    @property
    def place(self) -> Place:
        """Where it is written."""
        return place_in(*self.site, self.name)


@dataclass(frozen=True, eq=False)
class LazyGraph:
    """``nodes`` in an order in which they can run, the number of the ``target``, and ``values``, what the slots hold.

    Values that are `cascade.inputs.Input` stand for what the caller of the run gives. ``structure`` is the same for graphs
    that can run in the same order; ``key`` only for those that mean the same and are written at the same places, so that
    what was planned for one can run the other.
    """

    nodes: Sequence[Node]
    target: int
    values: Sequence[object]

    @cached_property
    def structure(self) -> object:
        return (self.target, *[node.shape for node in self.nodes])

    @cached_property
    def key(self) -> object:
        return (self.structure, Sites([node.site for node in self.nodes]))

    def needs(self, node: Node) -> Iterator[Node]:
        """The nodes that have to end before ``node`` begins."""
        return (self.nodes[need] for need in node.dependencies)

    @property
    def edges(self) -> Iterator[tuple[int, int]]:
        """Pairs of nodes, of which the second needs the first."""
        return ((need, node.id) for node in self.nodes for need in node.dependencies)

    def inputs_of(self, node: int) -> Mapping[int | str, int]:
        """The slots of the literals and inputs that a call is given, by position or keyword."""
        shape = self.nodes[node].shape
        if not isinstance(shape, CallShape):
            return {}
        named = [form or position for position, form in enumerate(shape.forms)]
        return {name: slot_number(number) for name, number in zip(named, shape.arguments, strict=True) if number < 0}


def graph_of(target: object) -> LazyGraph:
    """Read the graph of a target: a placeholder, a call of a flow, or a container of these.

    Raises `GraphError`: CS440 for a graph that needs itself, which only a container that was changed later can bring about,
    CS439 for a resource where no task gets it.
    """
    reading = _Reading(target)
    number = reading.number_of(target)
    if number < 0:  # an input, or a literal: its value is the result, by the only route there is
        reading.nodes.append(Node(0, "value", RouteShape(reading.slot(0), reading.slot((0,)), (number,)), (None, 0)))
        number = 0
    graph = LazyGraph(reading.nodes, number, reading.values)
    check_injected(graph)
    return graph


class _Reading:
    """A graph that is being read."""

    def __init__(self, target: object) -> None:
        self.nodes: list[Node] = []
        self.values: list[object] = []
        self._numbers: dict[int, Number] = {}  # of things, by identity
        self._holds: dict[int, bool] = {}  # whether a container holds placeholders
        self._kept: list[object] = [target]  # so that identities stay theirs

    # --- what is a node ---

    def is_thing(self, value: object) -> bool:
        """Whether a value becomes a node, rather than a slot."""
        if isinstance(value, Placeholder):
            return isinstance(value, LazyResult | Router)
        if isinstance(value, _CONTAINERS):
            return self._holds_things(value)
        return isinstance(value, FlowCall)

    def _holds_things(self, value: object) -> bool:
        """Whether a container holds placeholders, however deep."""
        holds = self._holds
        if id(value) in holds:
            return holds[id(value)]
        holds[id(value)] = False
        self._kept.append(value)
        if holds_atoms(value):
            return False
        path: list[tuple[object, Iterator[Any]]] = [(value, children(value))]
        while path:
            container, items = path[-1]
            for item in items:
                if isinstance(item, Placeholder | FlowCall):
                    holds[id(container)] = True
                elif isinstance(item, _CONTAINERS):
                    known = holds.get(id(item))
                    if known is None:
                        holds[id(item)] = False
                        self._kept.append(item)
                        path.append((item, children(item)))
                        break
                    holds[id(container)] = holds[id(container)] or known
            else:
                path.pop()
                if path and holds[id(container)]:
                    holds[id(path[-1][0])] = True
        return holds[id(value)]

    # --- numbers ---

    def slot(self, value: object) -> Number:
        """A new slot."""
        self.values.append(value)
        return slot_number(len(self.values) - 1)

    def number(self, value: object) -> Number:
        """The number of a value; things have been read before."""
        if isinstance(value, Input):
            if id(value) not in self._numbers:
                self._numbers[id(value)] = self.slot(value)
            return self._numbers[id(value)]
        return self._numbers[id(value)] if self.is_thing(value) else self.slot(value)

    def number_of(self, target: object) -> Number:
        """Read everything that the target leads to, by jumps too."""
        pending = [target]
        while pending:
            self._read(pending.pop(), pending)
        number = self.number(target)
        self._join_states()
        return number

    def _read(self, start: object, jumps: list[object]) -> None:
        """Add the nodes that ``start`` needs, and ``start`` after them."""
        if not self.is_thing(start) or id(start) in self._numbers:
            return
        path: dict[int, tuple[_Thing, Iterator[Any]]] = {id(start): (start, iter(_needs(start)))}
        while path:
            thing, needs = next(reversed(path.values()))
            for need in needs:
                if id(need) in self._numbers or not self.is_thing(need):
                    continue
                if id(need) in path:
                    raise _circle([each for each, _ in path.values()])
                path[id(need)] = (need, iter(_needs(need)))
                break
            else:
                path.popitem()  # it is the last one; `del` would leave gaps that each look for the last goes over
                self._kept.append(thing)
                self._numbers[id(thing)] = self._add(_name(thing), self._shape(thing), _site(thing))
                if isinstance(thing, LazyResult) and thing.selector is not None:
                    jumps += [route for route in thing.selector.routes.values() if route is not None]

    def _add(self, name: str, shape: Shape, site: tuple[CodeType | None, int]) -> Number:
        self.nodes.append(Node(len(self.nodes), name, shape, site))
        return len(self.nodes) - 1

    def _join_states(self) -> None:
        """Jumps lead to nodes that may have been read after those that jump."""
        by_number = {self._numbers[id(thing)]: thing for thing in self._kept if isinstance(thing, LazyResult)}
        for number, node in enumerate(self.nodes):
            thing = by_number.get(number)
            if thing is None or thing.selector is None:
                continue
            routes = thing.selector.routes
            states = tuple(None if route is None else self._numbers[id(route)] for route in routes.values())
            assert isinstance(node.shape, CallShape)
            shape = node.shape._replace(keys=tuple(map(str.__str__, routes)), states=states)
            self.nodes[number] = Node(node.id, node.name, shape, node.site)

    # --- shapes ---

    def _shape(self, thing: _Thing) -> Shape:
        if isinstance(thing, LazyResult):
            return self._call(thing)
        if isinstance(thing, Router):
            selector, keys = self.number(thing.selector), self.slot(tuple(thing.routes))
            return RouteShape(selector, keys, tuple(self.number(route) for route in thing.routes.values()))
        if isinstance(thing, FlowCall):
            return self._call_of_flow(thing)
        return CollectShape(type(thing).__name__, tuple([self.number(item) for item in children(thing)]))

    def _call(self, lazy: LazyResult[Any]) -> CallShape:
        values = [*lazy.args, *lazy.kwargs.values()]
        forms = ("",) * len(lazy.args) + tuple(lazy.kwargs)
        arguments = tuple([self.number(value) for value in values])
        return CallShape(
            lazy.target,
            _entered(lazy.target),
            forms,
            arguments,
            tuple([self._policy(policy, lazy, forms, arguments) for policy in lazy.policies]),
            None if lazy.condition is None else self.number(lazy.condition),
            None if lazy.otherwise is NOTHING else self.number(lazy.otherwise),
            tuple([self.number(other) for other in lazy.order if self.is_thing(other)]),
            None,
            (),
        )

    def _call_of_flow(self, call: FlowCall) -> CallShape:
        given = [
            (parameter.name, value)
            for parameter, value in zip(call.flow.parameters, call.arguments, strict=True)
            if value is not UNBOUND
        ]
        forms, arguments = tuple(name for name, _ in given), tuple(self.slot(value) for _, value in given)
        return CallShape(call.flow, _entered(call.flow), forms, arguments, (), None, None, (), None, ())

    def _policy(
        self, policy: CallPolicy, lazy: LazyResult[Any], forms: tuple[str, ...], arguments: tuple[Number, ...]
    ) -> PolicyShape:
        match policy:
            case Retry():
                kinds = tuple(kind.__name__ if CATCHABLE.get(kind.__name__) is kind else kind for kind in policy.on)
                settings: Sequence[Any] = (policy.attempts, policy.delay, policy.backoff, policy.jitter, kinds)
                return PolicyShape("retry", tuple([self.number(value) for value in settings]))
            case Timeout():
                return PolicyShape("timeout", (self.number(policy.duration),))
            case Constraints():
                return PolicyShape("constraints", (self._amounts(policy.resources, lazy),))
            case Cache():
                kept = self.slot(policy.policy)
                if not _is_flow(lazy.target):
                    return PolicyShape("cache", (kept,))
                names = [form or str(position) for position, form in enumerate(forms)]
                inputs = self._dict(zip(names, arguments, strict=True), lazy)
                return PolicyShape("cache", (kept, self.slot(lazy.target.name), inputs))
            case _:
                raise TypeError(f"{policy!r} is not a policy of a call")

    def _amounts(self, resources: Mapping[str, Any], lazy: LazyResult[Any]) -> Number:
        """A dict of amounts: one slot, or a node if some are not there yet."""
        if not any(isinstance(amount, Placeholder) for amount in resources.values()):
            return self.slot(dict(resources))
        return self._dict(((name, self.number(amount)) for name, amount in resources.items()), lazy)

    def _dict(self, pairs: Iterable[tuple[str, Number]], lazy: LazyResult[Any]) -> Number:
        """A node that makes a dict."""
        items = tuple([number for name, value in pairs for number in (self.slot(name), value)])
        return self._add("dict", CollectShape("dict", items), _site(lazy))


def _needs(thing: _Thing) -> Iterable[Any]:
    """The values that a thing is given, those aside that are certain to be literals."""
    if isinstance(thing, LazyResult):
        settings = [value for policy in thing.policies for value in policy_values(policy).values()]
        return (*thing.args, *thing.kwargs.values(), *settings, thing.condition, thing.otherwise, *thing.order)
    if isinstance(thing, Router):
        return (thing.selector, *thing.routes.values())
    return () if isinstance(thing, FlowCall) else children(thing)


def _name(thing: _Thing) -> str:
    match thing:
        case LazyResult():
            return target_name(thing.target)
        case Router():
            return "router"
        case FlowCall():
            return thing.flow.name
        case _:
            return type(thing).__name__


def _site(thing: _Thing) -> tuple[CodeType | None, int]:
    return thing.site if isinstance(thing, LazyResult | Router) else (None, 0)


def _is_flow(target: object) -> bool:
    return not isinstance(target, Task | Mapped)


def flow_of(target: Any) -> Flow | None:
    """The flow that a call enters, of the program that is now; None for a task. A program that is made anew has other flows."""
    called = target.target if isinstance(target, Mapped) else target
    if isinstance(called, Task):
        return None
    found: Flow = called if isinstance(called, Flow) else called.current.flow
    return found


def _entered(target: Any) -> Same | None:
    flow = flow_of(target)
    return None if flow is None else Same(flow)


def _circle(path: Sequence[_Thing]) -> GraphError:
    call = next((thing for thing in reversed(path) if isinstance(thing, LazyResult)), path[-1])
    hint = "a list or dict was changed after it was handed over; loops are made with `cs.bind(…)`"
    place = call.written_at if isinstance(call, LazyResult) else None
    return GraphError(Problem("CS440", f"`{_name(call)}` needs its own result", place, hint))
