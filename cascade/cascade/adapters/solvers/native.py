"""Orders the nodes of a graph in stages: each stage needs only nodes of stages before it.

A solver knows which node needs which, and nothing of what nodes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from cascade.errors import EngineError, Problem

__all__ = ["NativeSolver", "Solvable", "Solver"]


class _Node(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def dependencies(self) -> Sequence[int]: ...


class Solvable(Protocol):
    """What a solver sees of a graph: ``nodes``, each with its ``id``, ``name`` and ``dependencies``, the ids that it needs."""

    @property
    def nodes(self) -> Sequence[Any]: ...


class Solver(Protocol):
    """Says in what order the nodes of a graph can run. It is asked once for all graphs of one structure."""

    def resolve(self, graph: Solvable) -> list[list[Any]]:
        """The nodes in stages. Every node is in exactly one, after those of all nodes that it needs.

        Stages are an order, not barriers: a node begins when those that it needs have ended, whatever its stage.
        """


class NativeSolver:
    """Puts each node in the earliest stage that it can be in. Time grows with nodes and needs, whatever the depth.

    >>> from types import SimpleNamespace as Named
    >>> nodes = [Named(id=1, dependencies=[]), Named(id=2, dependencies=[1]), Named(id=3, dependencies=[])]
    >>> [[node.id for node in stage] for stage in NativeSolver().resolve(Named(nodes=nodes))]
    [[1, 3], [2]]
    """

    def resolve(self, graph: Solvable) -> list[list[Any]]:
        """The stages, each in the order of ``graph.nodes``. Raises `EngineError` CS455 for nodes that need each other."""
        nodes: Sequence[_Node] = graph.nodes
        places = {node.id: place for place, node in enumerate(nodes)}
        missing = [0] * len(places)
        dependents: list[list[int]] = [[] for _ in places]
        for place, node in enumerate(nodes):
            for needed in set(node.dependencies):
                missing[place] += 1
                dependents[places[needed]].append(place)
        stages: list[list[Any]] = []
        stage = [place for place, count in enumerate(missing) if not count]
        while stage:
            stages.append([nodes[place] for place in stage])
            stage = sorted(_freed(stage, dependents, missing))
        stuck = [node for place, node in enumerate(nodes) if missing[place]]
        if stuck:
            listed = ", ".join(f"`{getattr(node, 'name', node.id)}`" for node in stuck[:5]) + (", …" if len(stuck) > 5 else "")
            raise EngineError(Problem("CS455", f"these nodes need each other: {listed}"))
        return stages


def _freed(stage: list[int], dependents: list[list[int]], missing: list[int]) -> list[int]:
    """Those that can run once this stage has."""
    freed: list[int] = []
    for place in stage:
        for dependent in dependents[place]:
            missing[dependent] -= 1
            if not missing[dependent]:
                freed.append(dependent)
    return freed
