"""Where a graph may name resources: in the arguments of tasks, also inside of containers there.

Only a call of a task sets a resource up and hands its value over. Anywhere else the name of it would get out in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cascade.errors import GraphError, Problem
from cascade.lazy import Mapped
from cascade.places import format_place
from cascade.resources import Inject
from cascade.shapes import CallShape, CollectShape, Number, RouteShape, numbers_in, slot_number
from cascade.tasks import Task

if TYPE_CHECKING:
    from cascade.lazy_graph import LazyGraph, Node

__all__ = ["check_injected"]


def check_injected(graph: LazyGraph) -> None:
    """Raise `GraphError` CS439 for a resource that something other than a task would be given."""
    named: dict[Number, Inject] = {
        slot_number(slot): value for slot, value in enumerate(graph.values) if isinstance(value, Inject)
    }
    if not named:
        return
    for node in graph.nodes:
        if isinstance(node.shape, CollectShape):
            inside = next((named[number] for number in node.shape.items if number in named), None)
            if inside is not None:
                named[node.id] = inside
            continue
        found = next((named[number] for number in _given_to_others(node) if number in named), None)
        if found is not None:
            _refuse(node, found)
    if graph.target in named:
        _refuse(None, named[graph.target])


def _given_to_others(node: Node) -> list[Number]:
    """What a node hands to anything but a task."""
    shape = node.shape
    if not isinstance(shape, CallShape):
        return list(numbers_in(shape))
    target = shape.target.target if isinstance(shape.target, Mapped) else shape.target
    rest = list(numbers_in(shape._replace(arguments=())))
    return rest if isinstance(target, Task) else [*rest, *shape.arguments]


def _refuse(node: Node | None, resource: Inject) -> NoReturn:
    if node is None or node.site[0] is None:
        what = "the result of a run"
    elif isinstance(node.shape, RouteShape):
        what = "the value of a router"
    elif isinstance(node.shape, CallShape) and node.shape.flow is not None:
        what = f"an argument of flow `{node.name}`"
    else:
        what = f"what stands in for `{node.name}`"
    place = None if node is None or node.site[0] is None else format_place(node.place)
    hint = "hand it to a @cs.task, which gets its value, and use what that gives"
    raise GraphError(Problem("CS439", f"{resource._said()} can not be {what}", place, hint))
