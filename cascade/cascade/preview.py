"""`dry_run`: what a run of a graph would do, as data and as text. Nothing is run, and no resource set up.

What only the run can tell (a condition that a task answers, a route that it chooses) is said to be open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cascade_vm.host import Place

from cascade.errors import ArgumentError, GraphError, Problem
from cascade.inputs import Input, read_inputs
from cascade.lazy import NOTHING, LazyResult
from cascade.placeholder import Placeholder
from cascade.program import FlowCall
from cascade.routing import Router
from cascade.structure import Edge, edges_of, label_of, nodes_of, placeholders_in

__all__ = ["DryRun", "PlannedCall", "Status", "dry_run"]

Status = Literal["runs", "may run", "skipped"]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call of a graph: whether it would run, and if that is not certain, why."""

    name: str
    status: Status
    reason: str | None
    place: Place

    def __str__(self) -> str:
        said = "" if self.status == "runs" else f" ({self.status}: {self.reason})" if self.reason else f" ({self.status})"
        return f"{self.name}{said}"


@dataclass(frozen=True, slots=True)
class DryRun:
    """The calls of a graph in stages: each needs only calls of stages before its own, so those of one stage can run side by
    side. ``inputs`` are the parameters and environment variables that it reads; `print` shows it all."""

    stages: tuple[tuple[PlannedCall, ...], ...]
    inputs: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[PlannedCall, ...]:
        """All calls, stage by stage."""
        return tuple(call for stage in self.stages for call in stage)

    def __str__(self) -> str:
        rows = [f"{number}. {', '.join(map(str, stage))}" for number, stage in enumerate(self.stages, 1)]
        return "\n".join([*rows, *([f"reads {', '.join(self.inputs)}"] if self.inputs else [])])


def dry_run(target: object, params: Mapping[str, object] | None = None) -> DryRun:
    """What running ``target`` would do. With the values of parameters, conditions and routes that depend on them are decided;
    values that do not fit are an `ArgumentError`.

    >>> from cascade.tasks import task
    >>> double = task(name="m:double")(lambda n: 2 * n)
    >>> print(dry_run(double(double(4)).run_if(double(1))))
    1. double, double
    2. double (may run: its condition is open)
    """
    if isinstance(target, FlowCall):
        place = Place(target.flow.name, "<flow>", 1, 0, 1, 0)
        return DryRun(((PlannedCall(target.flow.name, "runs", None, place),),))
    nodes = nodes_of(target)
    if not nodes:
        hint = "hand over a call of a task or a flow, or a list of them"
        raise GraphError(Problem("CS439", f"there is nothing to run in {type(target).__name__}", None, hint))
    preview = _Preview(target, nodes, params)
    read = dict.fromkeys(node._said() for node in nodes if isinstance(node, Input))
    return DryRun(tuple(preview.stages()), tuple(read))


class _Preview:
    """What is known of each node: which values, whether it would run, whether anything asks for it."""

    def __init__(self, target: object, nodes: list[Placeholder], params: Mapping[str, object] | None) -> None:
        self._nodes = nodes
        self._edges = {node: edges_of(node) for node in nodes}
        self._values = _known_values(nodes, params)
        self._ready: dict[Placeholder, tuple[Status, str | None]] = {}
        for node in nodes:
            self._ready[node] = self._readiness(node)
        self._asked = self._demand(target)

    def stages(self) -> Iterator[tuple[PlannedCall, ...]]:
        """The calls, stage by stage."""
        stage: dict[Placeholder, int] = {}
        found: dict[int, list[PlannedCall]] = {}
        for node in self._nodes:
            own = int(isinstance(node, LazyResult))
            before = [stage[edge.source] for edge in self._edges[node] if edge.kind != "jump"]
            stage[node] = max(before, default=0) + own
            if isinstance(node, LazyResult):
                found.setdefault(stage[node], []).append(PlannedCall(label_of(node), *self._status(node), node.place))
        return (tuple(found[number]) for number in sorted(found))

    def _status(self, node: Placeholder) -> tuple[Status, str | None]:
        if node not in self._asked:
            return "skipped", "its route is not taken"
        ready, reason = self._ready[node]
        if ready == "runs" and self._asked[node] != "runs":
            return self._asked[node], "another call decides whether it is needed"
        return ready, reason

    # --- forwards: conditions ---

    def _readiness(self, node: Placeholder) -> tuple[Status, str | None]:
        if not isinstance(node, LazyResult):
            return self._worst(node, self._edges[node])
        own: tuple[Status, str | None] = ("runs", None)
        if node.condition is not None:
            condition = self._value(node.condition)
            if condition is NOTHING:
                own = ("may run", "its condition is open")
            elif not condition:
                return "skipped", "its condition is false"
        given = self._worst(node, [edge for edge in self._edges[node] if edge.kind in ("data", "policy", "condition")])
        return own if given[0] == "runs" else given

    def _worst(self, node: Placeholder, edges: list[Edge]) -> tuple[Status, str | None]:
        """What a node gets from others: nothing, when one of them is skipped."""
        if isinstance(node, Router):
            chosen = self._chosen(node)
            edges = [edge for edge in edges if edge.kind == "selector" or edge.source in (chosen or frozenset())]
        worst: tuple[Status, str | None] = ("runs", None)
        for edge in edges:
            status, _ = self._ready[edge.source]
            if status != "runs" and getattr(edge.source, "otherwise", NOTHING) is NOTHING:
                worst = (status, f"it needs `{label_of(edge.source)}`")
                if status == "skipped":
                    return worst
        return worst

    # --- backwards: what is asked for ---

    def _demand(self, target: object) -> dict[Placeholder, Status]:
        asked: dict[Placeholder, Status] = dict.fromkeys(placeholders_in(target), "runs")
        jumped: list[Placeholder] = []
        for node in reversed(self._nodes):
            self._ask(node, asked, jumped)
        while starts := [node for node in jumped if node not in asked]:
            jumped.clear()
            asked.update(dict.fromkeys(starts, "may run"))
            for node in reversed(self._nodes):
                self._ask(node, asked, jumped)
        return asked

    def _ask(self, node: Placeholder, asked: dict[Placeholder, Status], jumped: list[Placeholder]) -> None:
        if node not in asked:
            return
        chosen = self._chosen(node) if isinstance(node, Router) else None
        for edge in self._edges[node]:
            if edge.kind == "jump":
                jumped.append(edge.source)
                continue
            status = asked[node]
            if edge.kind == "route" and (chosen is None or edge.source not in chosen):
                if chosen is not None:
                    continue
                status = "may run"
            if asked.get(edge.source) != "runs":
                asked[edge.source] = status

    # --- values ---

    def _chosen(self, router: Router[Any]) -> frozenset[Placeholder] | None:
        """What the route that is taken consists of; None when that is open."""
        key = self._value(router.selector)
        if key is NOTHING:
            return None
        try:
            return frozenset(placeholders_in(router.routes.get(key)))
        except TypeError:  # no key at all, which the run will say
            return frozenset()

    def _value(self, value: Any) -> Any:
        """A value that is known now, or `NOTHING`."""
        if isinstance(value, Placeholder):
            return self._values.get(value, NOTHING)
        return value if next(placeholders_in(value), None) is None else NOTHING


def _known_values(nodes: list[Placeholder], params: Mapping[str, object] | None) -> dict[Placeholder, object]:
    inputs = [node for node in nodes if isinstance(node, Input)]
    if params is not None:
        return dict(zip(inputs, read_inputs(inputs, params), strict=True))
    known: dict[Placeholder, object] = {}
    for one in inputs:
        try:
            known[one] = read_inputs([one], {})[0]
        except ArgumentError:  # it has to be given
            continue
    return known
