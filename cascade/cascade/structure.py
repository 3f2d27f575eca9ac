"""What a graph of calls is made of: the placeholders in it, and which leads to which. Nothing runs, nothing recurses.

For those who show a graph or write it down; how it is run is `cascade.planning`'s business. Nodes are told apart by identity:
two calls that say the same are two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from cascade.errors import GraphError, Problem
from cascade.lazy import NOTHING, LazyResult, given_by, policy_values, target_name
from cascade.placeholder import Placeholder
from cascade.program import FlowCall
from cascade.routing import Router

__all__ = [
    "Edge", "Kind", "children", "edges_of", "holds_atoms", "label_of", "nodes_of", "placeholders_in", "replaced",
    "unfinished_in",
]  # fmt: skip

Kind = Literal["data", "order", "condition", "otherwise", "policy", "selector", "route", "jump"]
"""What a node is to another: an argument, something to come after, a condition, what stands in when it is skipped, a setting of
a policy, what chooses a route, a route, a place to jump to."""


class Edge(NamedTuple):
    """``source`` leads to the node that it was asked of. A jump goes the other way: from that node to ``source``."""

    kind: Kind
    label: str
    source: Placeholder


def placeholders_in(value: object) -> Iterator[Placeholder]:
    """The placeholders in an argument, in the order in which they are written, those inside of containers included."""
    return (one for one in unfinished_in(value) if isinstance(one, Placeholder))


def unfinished_in(value: object) -> Iterator[Placeholder | FlowCall]:
    """`placeholders_in`, and the calls of flows of loaded programs: all that a run puts a value in the place of."""
    if isinstance(value, Placeholder | FlowCall):
        yield value
        return
    if not isinstance(value, list | tuple | dict | set | frozenset) or holds_atoms(value):
        return
    entered: set[int] = {id(value)}
    todo: list[Iterator[object]] = [children(value)]
    while todo:
        for item in todo[-1]:
            if type(item) in _ATOMS:
                continue
            if isinstance(item, list | tuple | dict | set | frozenset):
                if not holds_atoms(item) and id(item) not in entered:
                    entered.add(id(item))
                    todo.append(children(item))
                    break
            elif isinstance(item, Placeholder | FlowCall):
                yield item
        else:
            todo.pop()


_ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})


def holds_atoms(value: Any) -> bool:
    """Whether a container holds values of which nothing can be unfinished. Large data is looked through on the way into each
    run: this takes a tenth of the time of a look at each item."""
    kind = type(value)
    if kind is dict:
        return _ATOMS.issuperset(map(type, value)) and _ATOMS.issuperset(map(type, value.values()))
    return kind in (list, tuple, set, frozenset) and _ATOMS.issuperset(map(type, value))


def children(value: object) -> Iterator[Any]:
    """What a container holds, keys of a dict before their values. A placeholder in one of a user's own class is refused:
    nothing would put a value in its place."""
    if type(value) in (list, tuple, set, frozenset):
        yield from value  # type: ignore[misc]
    elif type(value) is dict:
        for key, item in value.items():
            yield key
            yield item
    else:
        held = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)  # type: ignore[call-overload]
        if any(isinstance(item, Placeholder) for item in held):
            name = type(value).__name__
            message = f"a {name} holds the result of a call, which is found in plain lists, tuples, dicts and sets only"
            raise GraphError(Problem("CS439", message, None, f"make the {name} in a @cs.task that gets the parts as arguments"))


def edges_of(node: Placeholder) -> list[Edge]:
    """What leads to a node, and where it jumps."""
    if isinstance(node, Router):
        found = [Edge("selector", "", one) for one in placeholders_in(node.selector)]
        return found + [Edge("route", repr(key), one) for key, route in node.routes.items() for one in placeholders_in(route)]
    if not isinstance(node, LazyResult):
        return []
    found = [Edge("data", name, one) for name, value in given_by(node) for one in placeholders_in(value)]
    for policy in node.policies:
        for name, value in policy_values(policy).items():
            found += [Edge("policy", name, one) for one in placeholders_in(value)]
    found += [Edge("condition", "run_if", one) for one in placeholders_in(node.condition)]
    if node.otherwise is not NOTHING:
        found += [Edge("otherwise", "or_else", one) for one in placeholders_in(node.otherwise)]
    found += [Edge("order", "after", one) for one in node.order]
    if node.selector is not None:
        found += [Edge("jump", key, route) for key, route in node.selector.routes.items() if route is not None]
    return found


def nodes_of(target: object) -> list[Placeholder]:
    """Every placeholder of a graph, each once and after those that lead to it; jumps do not count for the order.

    ``target`` is a placeholder, or a container of them. A graph that leads back to itself other than by jumps can not be made
    with nodes that are values; one that was made in another way is refused.
    """
    ordered: dict[Placeholder, None] = {}
    jumps = list(placeholders_in(target))[::-1]
    while jumps:
        _visit(jumps.pop(), ordered, jumps)
    return list(ordered)


def _visit(start: Placeholder, ordered: dict[Placeholder, None], jumps: list[Placeholder]) -> None:
    path: dict[Placeholder, Iterator[Edge]] = {}
    at: Placeholder | None = start
    while at is not None or path:
        if at is not None and at not in ordered:
            if at in path:
                raise GraphError(Problem("CS439", f"{at._said()} leads to itself", None, "loops are made with `cs.bind(…)`"))
            path[at] = iter(edges_of(at))
        top = next(reversed(path), None)
        if top is None:
            return
        at = None
        for edge in path[top]:
            if edge.kind == "jump":
                jumps.append(edge.source)
            elif edge.source not in ordered:
                at = edge.source
                break
        else:
            path.popitem()  # that is `top`; `del` would leave gaps, which each look for the last goes over
            ordered[top] = None


def label_of(node: Placeholder) -> str:
    """What to call a node in a picture."""
    if isinstance(node, LazyResult):
        return target_name(node.target)
    return "Router" if isinstance(node, Router) else repr(node)


def replaced(target: LazyResult[Any], new: Mapping[Placeholder, Placeholder]) -> LazyResult[Any]:
    """``target`` with others in the place of some of the nodes that lead to it. Nodes on the way are made anew, the rest is
    shared."""
    made = dict(new)
    for node in nodes_of(target):
        edges = [edge for edge in edges_of(node) if edge.kind != "jump"]
        if node not in made and any(edge.source in made for edge in edges):
            made[node] = _with(node, made)
    found = made.get(target, target)
    assert isinstance(found, LazyResult)
    return found


def _with(node: Placeholder, made: Mapping[Placeholder, Placeholder]) -> Placeholder:
    if isinstance(node, Router):
        return node.rebuilt(_exchanged(node.selector, made), _exchanged(node.routes, made))
    assert isinstance(node, LazyResult)
    return node.rebuilt(lambda value: _exchanged(value, made))


def _exchanged(value: Any, made: Mapping[Placeholder, Placeholder]) -> Any:
    if isinstance(value, Placeholder):
        return made.get(value, value)
    if not any(one in made for one in placeholders_in(value)):
        return value
    if isinstance(value, dict):
        return {_exchanged(key, made): _exchanged(item, made) for key, item in value.items()}
    return type(value)(_exchanged(item, made) for item in value)
