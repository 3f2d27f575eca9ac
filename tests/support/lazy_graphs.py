"""Random graphs of calls as plain data, what they are made into for an engine, and what they mean, in a few lines of Python.

A graph is a list of nodes that name earlier ones. `Model` runs it directly: one node after the other, no engine, no plan. It
says the value, the error, and how often each call was made with which arguments; in which order is the engines' business.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from cascade_vm.control import Jump

import cascade as cs

__all__ = ["SKIPPED", "Bound", "Broken", "Call", "Each", "Graph", "Holding", "Ref", "Route", "make", "model"]


@dataclass(frozen=True)
class Ref:
    """The value of a node."""

    node: int


@dataclass(frozen=True)
class Holding:
    """A container, of kind "list", "tuple" or "dict", as an argument."""

    kind: str
    items: tuple[Any, ...]


@dataclass(frozen=True)
class Bound:
    """Where a node jumps: the first calls of it give these keys and data, the calls after that a plain value. ``states`` has a
    node for each key, None where the run ends."""

    states: tuple[tuple[str, int | None], ...]
    script: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Call:
    """A call of a task with one argument by position and one called ``k``. Its first ``failures`` calls fail, of ``attempts``
    that it may take. ``otherwise`` stands in when it is skipped."""

    first: Any
    k: Any
    condition: Any = None
    after: tuple[int, ...] = ()
    failures: int = 0
    attempts: int = 1
    otherwise: Any = None
    bound: Bound | None = None


@dataclass(frozen=True)
class Each:
    """A call for each item of a list."""

    items: tuple[Any, ...]
    condition: Any = None


@dataclass(frozen=True)
class Route:
    """A router with routes 0, 1 …; the selector's value counts modulo their number."""

    selector: int
    routes: tuple[int, ...]


Graph = Sequence[Call | Each | Route]


class Broken(Exception):  # noqa: N818 - what a task fails with
    """A task fails."""


def digest(number: int, *values: object) -> int:
    """What a call gives: a small number, so that some are false."""
    return crc32(repr((number, values)).encode()) % 4


def modulus(value: object, count: int) -> int:
    return crc32(repr(value).encode()) % count


# --- for an engine -------------------------------------------------------------------------------------------------------


def make(graph: Graph, target: Sequence[int], log: list[object]) -> object:
    """The target, a node or a list of nodes, whose tasks log their calls."""
    calls: Counter[int] = Counter()

    @cs.task(name="tests:work")
    async def work(first: object, number: int, delay: float, k: object = 0) -> object:
        calls[number] += 1
        log.append((number, first, k))
        await asyncio.sleep(delay)
        return outcome(graph[number], number, calls[number], first, k)

    @cs.task(name="tests:each")
    async def each(item: object, number: int, delay: float) -> object:
        log.append((number, item))
        await asyncio.sleep(delay)
        return digest(number, item)

    @cs.task(name="tests:modulo", mode="inline")
    def modulo(value: Any, count: int) -> int:
        log.append(("modulo", value, count))
        return modulus(value, count)

    made: list[Any] = []
    for number, node in enumerate(graph):
        delay = 0.001 * (number * 7 % 5 + 1)
        match node:
            case Route(selector=selector, routes=routes):
                chosen = modulo(made[selector], len(routes))
                made.append(cs.Router(chosen, {index: made[route] for index, route in enumerate(routes)}))
            case Each(items=items):
                count = len(items)
                lazy: Any = each.map(
                    item=argument(Holding("list", items), made), number=[number] * count, delay=[delay] * count
                )
                made.append(_conditional(lazy, node.condition, made))
            case Call():
                lazy = work(argument(node.first, made), number, delay, k=argument(node.k, made))
                lazy = _conditional(lazy, node.condition, made)
                if node.after:
                    lazy = lazy.after(*[made[other] for other in node.after])
                if node.attempts > 1:
                    lazy = lazy.with_retry(node.attempts, delay=0.01)
                if node.otherwise is not None:
                    lazy = lazy.or_else(argument(node.otherwise, made))
                made.append(lazy)
    for number, node in enumerate(graph):
        if isinstance(node, Call) and node.bound is not None:
            states = {key: None if state is None else made[state] for key, state in node.bound.states}
            cs.bind(made[number], cs.select_jump(states))
    return made[target[0]] if len(target) == 1 else [made[number] for number in target]


def _conditional(lazy: Any, condition: Any, made: Sequence[Any]) -> Any:
    return lazy if condition is None else lazy.run_if(argument(condition, made))


def argument(value: Any, made: Sequence[Any]) -> Any:
    """An argument with nodes (or their values) in the places of references."""
    match value:
        case Ref(node=node):
            return made[node]
        case Holding(kind="dict", items=items):
            return {index: argument(item, made) for index, item in enumerate(items)}
        case Holding(kind=kind, items=items):
            return (list if kind == "list" else tuple)(argument(item, made) for item in items)
        case _:
            return value


def outcome(node: Any, number: int, call: int, first: object, k: object) -> object:
    """What call number ``call`` of a node does."""
    if call <= node.failures:
        raise Broken(number)
    if node.bound is not None and call <= len(node.bound.script):
        return Jump(*node.bound.script[call - 1])
    return digest(number, first, k)


# --- by itself -----------------------------------------------------------------------------------------------------------


class Skipped:
    def __repr__(self) -> str:
        return "SKIPPED"


SKIPPED = Skipped()


def model(graph: Graph, target: Sequence[int]) -> tuple[object, Counter[object]]:
    """The value, `SKIPPED` if there is none, and the calls. Raises `Broken`; then calls beside it may or may not be made."""
    running = _Model(graph)
    return running.run(target), running.calls


class _Model:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values: dict[int, Any] = {}
        self.told: dict[int, Jump] = {}  # by what jump a state is to run
        self.times: Counter[int] = Counter()
        self.calls: Counter[object] = Counter()
        self.bound = [number for number, node in enumerate(graph) if isinstance(node, Call) and node.bound is not None]

    def run(self, goal: Sequence[int]) -> object:
        while True:
            needed = self.below(goal)
            jumping = [number for number in self.bound if number in needed]
            if jumping:
                (source,) = jumping
                for number in sorted(needed):
                    if source not in self.below([number]) or number == source:
                        self.value(number)
                jump = self.values[source]
                if isinstance(jump, Jump):
                    state = dict(self.graph[source].bound.states)[jump.target_key]  # type: ignore[union-attr]
                    if state is None:
                        return jump.data
                    self.values[source] = jump.data
                    for number in [number for number in self.values if state in self.below([number])]:
                        del self.values[number]
                    self.told[state] = jump
                    goal = goal if state in needed else [state]
                    continue
            found = [self.value(number) for number in goal]
            if any(each is SKIPPED for each in found):
                return SKIPPED
            return found[0] if len(goal) == 1 else found

    def below(self, goal: Sequence[int]) -> set[int]:
        """What nodes need, themselves included."""
        found: set[int] = set()
        pending = list(goal)
        while pending:
            number = pending.pop()
            if number not in found:
                found.add(number)
                pending += needs(self.graph[number])
        return found

    def value(self, number: int) -> Any:
        if number not in self.values:
            node = self.graph[number]
            for other in needs(node):
                if not isinstance(node, Route):
                    self.value(other)
            self.values[number] = self.computed(number, node)
        return self.values[number]

    def computed(self, number: int, node: Any) -> Any:
        if isinstance(node, Route):
            chosen = self.value(node.selector)
            if chosen is SKIPPED:
                return SKIPPED
            self.calls[repr(("modulo", chosen, len(node.routes)))] += 1
            return self.value(node.routes[modulus(chosen, len(node.routes))])
        given = references(node)
        lacks = any(self.values[other] is SKIPPED for other in given)
        condition = self.read(node.condition)
        if lacks or condition is SKIPPED or (node.condition is not None and not condition):
            return SKIPPED if isinstance(node, Each) or node.otherwise is None else self.read(node.otherwise)
        if isinstance(node, Each):
            items = self.read(Holding("list", node.items))
            self.calls.update(repr((number, item)) for item in items)
            return [digest(number, item) for item in items]
        return self.called(number, node)

    def called(self, number: int, node: Call) -> Any:
        first, k = self.read(node.first), self.read(node.k)
        jump = self.told.pop(number, None)
        if jump is not None and jump.data is not None:
            first, k = (first, jump.data["k"]) if isinstance(jump.data, dict) else (jump.data, k)
        for attempt in range(1, node.attempts + 1):
            self.calls[repr((number, first, k))] += 1
            self.times[number] += 1
            try:
                return outcome(node, number, self.times[number], first, k)
            except Broken:
                if attempt == node.attempts:
                    raise
        raise AssertionError("at least one attempt")

    def read(self, value: Any) -> Any:
        if any(self.values[other] is SKIPPED for other in references_in([value])):
            return SKIPPED
        return argument(value, _Values(self.values))


class _Values:
    """Values of nodes, by number, where lists of nodes are wanted."""

    def __init__(self, values: dict[int, Any]) -> None:
        self.values = values

    def __getitem__(self, number: int) -> Any:
        return self.values[number]


def references(node: Any) -> list[int]:
    """The nodes whose values a call is given as arguments."""
    return references_in(node.items if isinstance(node, Each) else [node.first, node.k])


def references_in(values: Sequence[Any]) -> list[int]:
    found: list[int] = []
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, Ref):
            found.append(value.node)
        elif isinstance(value, Holding):
            pending += value.items
    return found


def needs(node: Any) -> list[int]:
    """The nodes that may have to run before this one."""
    if isinstance(node, Route):
        return [node.selector, *node.routes]
    if isinstance(node, Each):
        return [*references(node), *references_in([node.condition])]
    return [*references(node), *references_in([node.condition, node.otherwise]), *node.after]


def counted(log: Sequence[Any]) -> Counter[object]:
    """A log of calls as the model counts them."""
    return Counter(map(repr, log))
