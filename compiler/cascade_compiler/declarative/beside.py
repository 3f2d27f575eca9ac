"""Clusters that run side by side: each becomes a flow, and all of them one `graph.Fork` whose branches wait for each other.

A branch is given inputs, values of its parent, and results of the branches that it needs. Its result is the value of its one
node that others want, or, when there are several or it may be missing, their variables packed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from cascade_compiler import graph
from cascade_compiler.declarative.facts import Facts
from cascade_compiler.declarative.localising import Numbers
from cascade_compiler.declarative.outline import Item, Result, Slot
from cascade_compiler.declarative.regions import Cluster
from cascade_compiler.declarative.scope import Scope, done_mark, override_of, slot_variable, variable_of
from cascade_compiler.declarative.steps import write_step
from cascade_compiler.declarative.works import AddFlow
from cascade_compiler.declarative.writing import Writer
from cascade_vm.host import Place

__all__ = ["write_clusters"]


def write_clusters(
    scope: Scope, clusters: Sequence[Cluster], wanted: Mapping[int, Sequence[int]], goal: int, place: Place, add_flow: AddFlow
) -> None:
    """Run clusters; then their parent has what it wants of them. ``wanted`` has the consumers of each node."""
    writer = scope.writer
    writer.here = place
    exports = [_exports(scope, cluster, wanted, goal) for cluster in clusters]
    branches = [
        _branch(scope, cluster, exports[index], [exports[other] for other in cluster.inputs], add_flow)
        for index, cluster in enumerate(clusters)
    ]
    results = writer.add(graph.Fork, tuple(branches))
    for index, found in enumerate(exports):
        if found.plain:
            scope.keep(found.nodes[0], writer.operate("[]", results, writer.constant(index)))
        elif found.nodes:
            writer.add(graph.UnpackVariables, _packed(found.nodes, scope.facts), results, index)
    for cluster in clusters:
        for node in cluster.nodes:
            if node in scope.facts.entered:
                writer.forget(override_of(node))


class _Exports(msgspec.Struct, frozen=True):
    """The nodes of a cluster whose values others want; ``plain``: it is one, and certain to have a value."""

    nodes: tuple[int, ...]
    plain: bool


def _exports(scope: Scope, cluster: Cluster, wanted: Mapping[int, Sequence[int]], goal: int) -> _Exports:
    inside = set(cluster.nodes)
    nodes = tuple(
        node
        for node in cluster.nodes
        if node == goal
        or node in scope.facts.marked
        or scope.items[node].states is not None
        or any(consumer not in inside for consumer in wanted.get(node, ()))
    )
    plain = len(nodes) == 1 and nodes[0] not in scope.facts.marked and not _may_be_missing(scope, nodes[0])
    return _Exports(nodes, plain)


def _may_be_missing(scope: Scope, node: int) -> bool:
    return node in scope.facts.lacking or scope.items[node].gate is not None


def _packed(nodes: Sequence[int], facts: Facts) -> tuple[str, ...]:
    """The variables that have the results of nodes, and the marks that they have run."""
    return tuple(name for node in nodes for name in _variables(node, facts))


def _variables(node: int, facts: Facts) -> tuple[str, ...]:
    return (variable_of(node), done_mark(node)) if node in facts.marked else (variable_of(node),)


def _branch(
    scope: Scope, cluster: Cluster, exports: _Exports, inputs: Sequence[_Exports], add_flow: AddFlow
) -> graph.ForkBranch:
    """A branch with its arguments; the flow is made if there is none like it."""
    numbers = Numbers()
    for found in inputs:
        for node in found.nodes:
            numbers.node(node)
    items = tuple((numbers.node(node), numbers.item(scope.items[node])) for node in cluster.nodes)
    facts = numbers.facts(scope.facts)
    within = {*cluster.nodes, *(node for found in inputs for node in found.nodes)}
    given = [node for node in numbers.nodes if node not in within]
    names = {numbers.nodes[node]: scope.name_of(node) for node in numbers.nodes if node in scope.facts.lacking}
    flow = _Flow(
        items,
        facts,
        len(numbers.slots),
        tuple(numbers.nodes[node] for node in given),
        tuple(_Exports(tuple(numbers.nodes[node] for node in found.nodes), found.plain) for found in inputs),
        _Exports(tuple(numbers.nodes[node] for node in exports.nodes), exports.plain),
        tuple(names.items()),
    )
    name = add_flow(flow, lambda name: flow.write(name, add_flow))
    writer = scope.writer
    arguments = [scope.read(Slot(slot)) for slot in numbers.slots]
    arguments += [scope.read_if_any(Result(node)) for node in given]
    for node in cluster.nodes:
        arguments += [writer.load_unchecked(variable) for variable in _told(node, scope.facts)]
    return graph.ForkBranch(name, tuple(arguments), tuple(cluster.inputs), tuple(cluster.after))


def _told(node: int, facts: Facts) -> tuple[str, ...]:
    """What a branch is told of its own nodes: what they did before, and with what arguments they are to run now."""
    before = (variable_of(node), done_mark(node)) if node in facts.guarded else ()
    return (*before, override_of(node)) if node in facts.entered else before


@dataclass(frozen=True)
class _Flow:
    """All that the flow of a cluster depends on, in numbers of its own. Equal ones are one flow."""

    items: tuple[tuple[int, Item], ...]
    facts: Facts
    slots: int
    given: tuple[int, ...]
    inputs: tuple[_Exports, ...]
    exports: _Exports
    names: tuple[tuple[int, str], ...]

    def write(self, name: str, add_flow: AddFlow) -> graph.FlowGraph:
        writer = Writer(self.items[0][1].place)
        scope = Scope(writer, dict(self.items), self.facts, dict(self.names))
        parameters = [*map(slot_variable, range(self.slots)), *map(variable_of, self.given)]
        parameters += [variable for node, _ in self.items for variable in _told(node, self.facts)]
        for index, found in enumerate(self.inputs):
            if found.plain:
                parameters.append(variable_of(found.nodes[0]))
                continue
            parameters.append(f"$r{index}")
            if found.nodes:
                writer.add(graph.UnpackVariables, _packed(found.nodes, self.facts), writer.load(f"$r{index}"), -1)
        for node, _ in self.items:
            write_step(scope, node, add_flow)
        if self.exports.plain:
            writer.give(scope.read(Result(self.exports.nodes[0])))
        elif self.exports.nodes:
            for node in self.exports.nodes:
                if node in scope.refs:
                    writer.store(variable_of(node), scope.refs[node])
            writer.give(writer.add(graph.PackVariables, _packed(self.exports.nodes, self.facts)))
        else:
            writer.give(writer.constant(None))
        return writer.finish(name, parameters, self.items[0][1].place, part=True)
