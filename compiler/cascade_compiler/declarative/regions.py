"""Which nodes run one after the other, and which beside each other.

The nodes of a part are cut into *stretches*: a stretch ends where nodes that may jump have to be looked at before what needs
them begins. Within a stretch nodes are put in *clusters*, chains whose nodes wait for nothing but the one before them. What all
others wait for (``before``), and what waits for all others (``behind``), runs in the frame that the stretch is in; the
clusters between run side by side, each as soon as those that it needs have ended.

Knows what nodes need of each other, not what they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from cascade_compiler.declarative.demand import Part
from cascade_compiler.declarative.outline import Choose, Collect, Gate, Item, Pick, Result, operands_of, results_of

__all__ = ["Cluster", "Stretch", "is_instant", "stretches"]


@dataclass(slots=True)
class Cluster:
    """Nodes in a row. ``inputs`` are the clusters whose results it gets, ``after`` those that it only waits for."""

    nodes: list[int] = field(default_factory=list)
    inputs: dict[int, None] = field(default_factory=dict)
    after: dict[int, None] = field(default_factory=dict)
    waiting: dict[int, None] = field(default_factory=dict)  # nodes outside that need one of these


class Stretch(msgspec.Struct, frozen=True):
    """``before``, then ``clusters`` side by side, then ``behind``. Clusters name each other by their place in the list."""

    before: Sequence[int]
    clusters: Sequence[Cluster]
    behind: Sequence[int]

    def nodes(self) -> list[int]:
        """All of them, in an order in which they can run."""
        return [*self.before, *(node for cluster in self.clusters for node in cluster.nodes), *self.behind]


def is_instant(item: Item) -> bool:
    """Whether a node only computes: it may be put beside others at no cost."""
    return isinstance(item.work, Choose | Collect | Gate | Pick)


def stretches(part: Part) -> list[Stretch]:
    """The part, cut up. Nodes of one stretch are in the part's order."""
    levels: dict[int, int] = {}
    rows: list[list[int]] = []
    for node in part.order:
        needs = set(results_of(part.items[node]))
        level = max((levels[need] + (part.items[need].states is not None) for need in needs), default=0)
        levels[node] = level
        while len(rows) <= level:
            rows.append([])
        rows[level].append(node)
    return [_stretch(row, part.items) for row in rows]


def _stretch(nodes: Sequence[int], items: Mapping[int, Item]) -> Stretch:
    clusters = _Clustering(nodes, items).clusters()
    first, last = _peeled(clusters)
    before = [node for cluster in clusters[:first] for node in cluster.nodes]
    behind = [node for cluster in clusters[last:] for node in cluster.nodes]
    middle = clusters[first:last]
    if len(middle) <= 1:
        return Stretch([*before, *(node for cluster in middle for node in cluster.nodes), *behind], [], [])
    for cluster in middle:
        cluster.inputs = {each - first: None for each in cluster.inputs if each >= first}
        cluster.after = {each - first: None for each in cluster.after if each >= first}
    return Stretch(before, middle, behind)


def _peeled(clusters: Sequence[Cluster]) -> tuple[int, int]:
    """How many clusters at the beginning all later ones wait for, and where those begin that wait for all earlier ones.

    Clusters need only earlier ones. So all wait for the first if it is the only one that needs nothing, and the last waits for
    all if it is the only one that nothing needs; and so on with those between.
    """
    size = len(clusters)
    latest_need = [max((*cluster.inputs, *cluster.after), default=-1) for cluster in clusters]
    least = [size] * (size + 1)  # of `latest_need`, from here on
    for index in reversed(range(size)):
        least[index] = min(least[index + 1], latest_need[index])
    first = 0
    while first < size and least[first + 1] >= first:
        first += 1
    consumer = [size] * size  # the first cluster that needs this one
    for index in reversed(range(size)):
        for need in (*clusters[index].inputs, *clusters[index].after):
            consumer[need] = index
    most = [-1] * (size + 1)  # of `consumer`, from `first` up to here
    for index in range(first, size):
        most[index + 1] = max(most[index], consumer[index])
    last = size
    while last > first and most[last - 1] <= last - 1:
        last -= 1
    return first, last


class _Clustering:
    """Nodes are taken in order; each joins the cluster of what it needs last, or begins one."""

    def __init__(self, nodes: Sequence[int], items: Mapping[int, Item]) -> None:
        self.items = items
        here = set(nodes)
        self.nodes = nodes
        self.needs = {node: {need for need in results_of(items[node]) if need in here} for node in nodes}
        self.consumers: dict[int, list[int]] = {node: [] for node in nodes}
        for node in nodes:
            for need in self.needs[node]:
                self.consumers[need].append(node)
        self.made: list[Cluster] = []
        self.place: dict[int, int] = {}

    def clusters(self) -> list[Cluster]:
        for node in self.nodes:
            index = self._joined(node)
            if index is None:
                index = len(self.made)
                self.made.append(Cluster())
                self._connect(node, index)
            cluster = self.made[index]
            cluster.nodes.append(node)
            cluster.waiting.pop(node, None)
            for consumer in self.consumers[node]:
                cluster.waiting[consumer] = None
            self.place[node] = index
        return self.made

    def _joined(self, node: int) -> int | None:
        """The cluster that the node can be added to without making anything wait longer."""
        needs = self.needs[node]
        if not needs:
            return None
        index = max(self.place[need] for need in needs)
        cluster = self.made[index]
        for need in needs:
            other = self.place[need]
            if other != index and other not in cluster.inputs:
                return None
        if is_instant(self.items[node]):
            return index
        if any(other != node and node not in self.needs[other] for other in cluster.waiting):
            return None
        return index

    def _connect(self, node: int, index: int) -> None:
        """A new cluster needs those of what its first node needs."""
        item, cluster = self.items[node], self.made[index]
        read = {operand.node for operand in operands_of(item) if isinstance(operand, Result)}
        for need in sorted(self.needs[node]):
            other = self.place[need]
            if need in read:
                cluster.inputs[other] = None
        for need in sorted(self.needs[node]):
            other = self.place[need]
            if other not in cluster.inputs:
                cluster.after[other] = None
