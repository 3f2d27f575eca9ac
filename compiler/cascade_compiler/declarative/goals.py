"""The goals of an outline, and what is known of each: what has to run for it, what may have run already, where jumps lead.

The first goal is the target. A jump to a state that a goal does not need makes that state a goal. A jump to another leads to an
earlier point of the same goal's code, so nodes between that do not depend on the state are guarded: they run once.

Downstream sets are bit sets of states, one integer a node, so that time grows with nodes and not with nodes times states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from cascade_compiler.declarative.demand import Part, part_for
from cascade_compiler.declarative.facts import Facts, is_call, may_lack
from cascade_compiler.declarative.outline import Call, Enter, Gate, Item, Outline, Result, results_of
from cascade_compiler.declarative.regions import Stretch, stretches

__all__ = ["Downstream", "Goal", "goals_of"]


class Goal(msgspec.Struct, frozen=True):
    """One goal. ``inner`` are the states that jumps of this goal lead to within its code, by the node that jumps."""

    part: Part
    stretches: Sequence[Stretch]
    facts: Facts
    inner: Mapping[int, frozenset[int]]


class Downstream:
    """Which nodes depend on which states, by any way."""

    def __init__(self, order: Sequence[int], items: Mapping[int, Item], states: Sequence[int]) -> None:
        self.bits = {state: 1 << number for number, state in enumerate(states)}
        self.masks: dict[int, int] = {}
        for node in order:
            mask = self.bits.get(node, 0)
            if self.bits:
                for need in results_of(items[node]):
                    mask |= self.masks[need]
            self.masks[node] = mask

    def has(self, state: int, node: int) -> bool:
        """Whether ``node`` is the state, or depends on it."""
        return bool(self.masks[node] & self.bits[state])


class _Draft(msgspec.Struct, frozen=True):
    """A goal before its facts are known."""

    part: Part
    stretches: Sequence[Stretch]
    inner: Mapping[int, frozenset[int]]


def goals_of(outline: Outline) -> list[Goal]:
    """The target, and the states that become goals. Raises `CircularDemand`."""
    drafts: dict[int, _Draft] = {}
    pending = [outline.target]
    while pending:
        goal = pending.pop(0)
        if goal in drafts:
            continue
        part = part_for(outline, goal)
        inner = {node: _inner(part, node) for node in part.order if part.items[node].states is not None}
        drafts[goal] = _Draft(part, stretches(part), inner)
        for node, states in inner.items():
            pending += [state for state in _states(part.items[node]) if state not in states]
    several = len(drafts) > 1
    guarded = {goal: _guarded(draft, several) for goal, draft in drafts.items()}
    marked = frozenset(node for nodes in guarded.values() for node in nodes)
    entered = frozenset(state for draft in drafts.values() for node in draft.inner for state in _states(draft.part.items[node]))
    return [
        Goal(draft.part, draft.stretches, _facts(draft.part, guarded[goal], marked, entered), draft.inner)
        for goal, draft in drafts.items()
    ]


def _facts(part: Part, guarded: frozenset[int], marked: frozenset[int], entered: frozenset[int]) -> Facts:
    steers = isinstance(part.items[part.goal].work, Call | Enter)
    return Facts(
        frozenset(may_lack(part.order, part.items)),
        guarded,
        marked & part.items.keys(),
        entered & part.items.keys(),
        bool(entered),
        part.goal if steers else -1,
    )


def _states(item: Item) -> list[int]:
    assert item.states is not None
    return [state for state in item.states.nodes if state is not None]


def _inner(part: Part, node: int) -> frozenset[int]:
    """The states of a node that have to run for this goal whenever the node itself has run."""
    gate = part.items[node].gate
    known = {state for state in _states(part.items[node]) if state in part.items}
    return frozenset(state for state in known if _implied(part, gate, part.items[state].gate))


def _implied(part: Part, gate: Result | None, by: Result | None) -> bool:
    """Whether ``by`` is true whenever ``gate`` is; None is always true."""
    if by is None or by == gate:
        return True
    if gate is None:
        return False
    seen, pending = {by}, [by]
    while pending:
        work = part.items[pending.pop().node].work
        assert isinstance(work, Gate)
        for other in work.gates:
            if other == gate:
                return True
            if other not in seen:
                seen.add(other)
                pending.append(other)
    return False


def _guarded(draft: _Draft, several: bool) -> frozenset[int]:
    """Nodes that may have run when control comes to them. With several goals any may have, save the goal itself."""
    part = draft.part
    if several:
        return frozenset(node for node in part.order if node != part.goal and is_call(part.items[node]))
    states = sorted({state for found in draft.inner.values() for state in found})
    if not states:
        return frozenset()
    rows = _rows(draft.stretches)
    below = Downstream(part.order, part.items, states)
    last = max(rows[node][0] for node, found in draft.inner.items() if found)
    entries = sorted((rows[state][1], below.bits[state]) for state in states)
    guarded, entered, position = [], 0, 0
    for node in sorted(rows, key=lambda node: rows[node][2]):
        while position < len(entries) and entries[position][0] <= rows[node][1]:
            entered |= entries[position][1]
            position += 1
        if entered & ~below.masks[node] and rows[node][0] <= last and is_call(part.items[node]):
            guarded.append(node)
    return frozenset(guarded)


def _rows(found: Sequence[Stretch]) -> dict[int, tuple[int, int, int]]:
    """For each node its stretch, the position at which control may come back to it, and its own position. Control comes back
    to clusters at the first of them."""
    rows: dict[int, tuple[int, int, int]] = {}
    position = 0
    for number, stretch in enumerate(found):
        first = position + len(stretch.before)
        beside = sum(len(cluster.nodes) for cluster in stretch.clusters)
        for node in stretch.nodes():
            rows[node] = (number, first if first <= position < first + beside else position, position)
            position += 1
    return rows
