"""Orders the nodes of a graph in stages: each stage needs only nodes of stages before it.

A solver knows which node needs which, and nothing of what nodes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from cascade.errors import EngineError, Problem

__all__ = ["NativeSolver", "Solvable", "Solver"]


class Solvable(Protocol):
    """What a solver sees of a graph: its nodes, and of each those that it needs."""

    @property
    def nodes(self) -> Sequence[Any]: ...

    def needs(self, node: Any) -> Iterable[Any]: ...


class Solver(Protocol):
    """Says in what order the nodes of a graph can run. It is asked once for all graphs of one structure."""

    def resolve(self, graph: Solvable) -> list[list[Any]]:
        """The nodes in stages. Every node is in exactly one, after those of all nodes that it needs.

        Stages are an order, not barriers: a node begins when those that it needs have ended, whatever its stage.
        """


class NativeSolver:
    """Puts each node in the earliest stage that it can be in. Time grows with nodes and needs, whatever the depth."""

    def resolve(self, graph: Solvable) -> list[list[Any]]:
        """The stages, each in the order of ``graph.nodes``. Raises `EngineError` CS455 for nodes that need each other."""
        places = {node: place for place, node in enumerate(graph.nodes)}
        missing = [0] * len(places)
        dependents: list[list[int]] = [[] for _ in places]
        for node, place in places.items():
            for needed in {places[one] for one in graph.needs(node)}:
                missing[place] += 1
                dependents[needed].append(place)
        stage = [place for place, count in enumerate(missing) if not count]
        stages: list[list[Any]] = []
        while stage:
            stages.append([graph.nodes[place] for place in stage])
            following = []
            for place in stage:
                for dependent in dependents[place]:
                    missing[dependent] -= 1
                    if not missing[dependent]:
                        following.append(dependent)
            stage = sorted(following)
        stuck = [graph.nodes[place] for place, count in enumerate(missing) if count]
        if stuck:
            listed = ", ".join(map(str, stuck[:5])) + (", …" if len(stuck) > 5 else "")
            raise EngineError(Problem("CS455", f"these nodes need each other: {listed}"))
        return stages
