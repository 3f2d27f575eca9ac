"""From an outline to a program: one root flow whose parameters are the slots, and the flows of what runs beside it."""

from __future__ import annotations

from collections.abc import Callable

from cascade_compiler.declarative.goals import Downstream, Goal, goals_of
from cascade_compiler.declarative.outline import Outline
from cascade_compiler.declarative.root import Shared, write_goal
from cascade_compiler.declarative.scope import slot_variable
from cascade_compiler.declarative.writing import Writer
from cascade_compiler.graph import FlowGraph, Program

__all__ = ["ROOT", "build_program"]

ROOT = "$graph"
"""The name of the flow that a program made of an outline starts with. (`cascade_compiler.lowering.ROOT` is another: its
literals become inputs, and these already are.)"""


def build_program(outline: Outline) -> Program:
    """The program of an outline. Raises `cascade_compiler.declarative.demand.CircularDemand`."""
    goals = goals_of(outline)
    flows = _Flows()
    place = outline.nodes[outline.target].place
    writer = Writer(place)
    shared = Shared(
        writer,
        flows.add,
        {goal.part.goal: writer.label() for goal in goals},
        _downstream(outline, goals),
        sorted({node for goal in goals for node in goal.facts.marked}),
    )
    for goal in goals:
        write_goal(shared, goal)
    root = writer.finish(ROOT, [slot_variable(slot) for slot in range(outline.slots)], place, part=False)
    return Program((root, *flows.made, *outline.flows), outline.tasks, entry=ROOT, strict=outline.strict)


def _downstream(outline: Outline, goals: list[Goal]) -> Downstream:
    """What depends on which state, in the outline as a whole."""
    found = {state for item in outline.nodes if item.states is not None for state in item.states.nodes if state is not None}
    reached = {node for goal in goals for node in goal.part.items}
    items = dict(enumerate(outline.nodes))
    return Downstream(range(len(outline.nodes)), items, sorted(found & reached))


class _Flows:
    """The flows of clusters and items. Those that are made of equal things are one."""

    def __init__(self) -> None:
        self.made: list[FlowGraph] = []
        self._names: dict[object, str] = {}

    def add(self, key: object, write: Callable[[str], FlowGraph]) -> str:
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = f"{ROOT}${len(self._names)}"
            self.made.append(write(found))
        return found
