"""The code of a goal in the root flow: its stretches in a row, its jumps, and how it ends.

::

    stretch 0                     its nodes, or a fork
    look at those that may jump   a jump leads to its landing
    stretch 1 …
    return the goal's value       a tail call calls the goal again
    landings                      note what the state is given, forget what depends on it, go back to it

When a node has jumped, its value is the data of its jump, unless it depends on the state and so runs again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from cascade_compiler.csc.drafts import Label
from cascade_compiler.declarative.beside import write_clusters
from cascade_compiler.declarative.goals import Downstream, Goal
from cascade_compiler.declarative.outline import Call, Enter, Item, Result, results_of
from cascade_compiler.declarative.scope import (
    Scope,
    done_mark,
    original_arguments,
    original_keywords,
    override_of,
    variable_of,
)
from cascade_compiler.declarative.steps import write_step
from cascade_compiler.declarative.works import AddFlow, call_with, fitting, told
from cascade_compiler.declarative.writing import Writer
from cascade_compiler.graph import Ref

__all__ = ["Shared", "write_goal"]

_JUMP = "$j"


class Shared(msgspec.Struct, frozen=True):
    """What the goals of a program have in common: where each begins, what depends on which state, which nodes leave marks."""

    writer: Writer
    add_flow: AddFlow
    entries: dict[int, Label]
    below: Downstream
    marked: Sequence[int]


@dataclass(slots=True)
class _Landing:
    label: Label
    state: int
    again: Label | None
    entry: Label


@dataclass(slots=True)
class _Written:
    """What is known of a goal's code so far."""

    entries: dict[int, Label] = field(default_factory=dict)
    again: dict[int, Label] = field(default_factory=dict)
    stretch_of: dict[int, int] = field(default_factory=dict)
    landings: dict[tuple[int, Label], _Landing] = field(default_factory=dict)
    check: Label | None = None


def write_goal(shared: Shared, goal: Goal) -> None:
    """Write the code of one goal."""
    writer = shared.writer
    writer.begin(shared.entries[goal.part.goal])
    scope = Scope(writer, goal.part.items, goal.facts)
    wanted = _consumers(goal)
    written = _Written()
    for number, stretch in enumerate(goal.stretches):
        written.stretch_of |= dict.fromkeys(stretch.nodes(), number)
        _write_nodes(shared, scope, stretch.before, written)
        if stretch.clusters:
            entry = writer.label()
            writer.begin(entry)
            nodes = [node for cluster in stretch.clusters for node in cluster.nodes]
            written.entries |= dict.fromkeys(nodes, entry)
            place = goal.part.items[goal.part.goal].place
            write_clusters(scope, stretch.clusters, wanted, goal.part.goal, place, shared.add_flow)
        _write_nodes(shared, scope, stretch.behind, written)
        for node in stretch.nodes():
            if goal.part.items[node].states is not None:
                _look_at(shared, goal, scope, node, written)
    _write_end(goal, scope, written)
    for landing in written.landings.values():
        _write_landing(shared, goal, landing)


def _consumers(goal: Goal) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for node in goal.part.order:
        for need in results_of(goal.part.items[node]):
            found.setdefault(need, []).append(node)
    return found


def _write_nodes(shared: Shared, scope: Scope, nodes: Sequence[int], written: _Written) -> None:
    for node in nodes:
        if node in scope.facts.entered:
            written.entries[node] = scope.writer.label()
            scope.writer.begin(written.entries[node])
        again = write_step(scope, node, shared.add_flow)
        if again is not None:
            written.again[node] = again


# --- jumps ---------------------------------------------------------------------------------------------------------------


def _look_at(shared: Shared, goal: Goal, scope: Scope, node: int, written: _Written) -> None:
    """Go where the value of a node says, if it is a jump."""
    writer, item = shared.writer, scope.items[node]
    writer.here = item.place
    assert item.states is not None
    check, after = writer.label(), writer.label()
    writer.begin(check)
    if node == goal.part.goal:
        written.check = check
    if node in scope.facts.lacking or item.gate is not None:
        there = writer.label()
        writer.branch(scope.is_there(node), there, after)
        writer.begin(there)
    case = writer.operate("jump_case", scope.read(Result(node)), writer.constant(item.states.keys))
    cases = [writer.label() for _ in item.states.nodes]
    writer.switch(case, cases, after)
    for label, state in zip(cases, item.states.nodes, strict=True):
        writer.begin(label)
        jump = writer.load(variable_of(node))
        if state is None:
            writer.give(writer.operate("jump_data", jump))
            continue
        if not shared.below.has(state, node):
            writer.store(variable_of(node), writer.operate("jump_data", jump))
        writer.jump(_landing(shared, goal, written, node, state, after).label, jump)
    if writer.is_wanted(after):
        writer.begin(after)


def _landing(shared: Shared, goal: Goal, written: _Written, node: int, state: int, after: Label) -> _Landing:
    """Where jumps to a state land. They go on at the state's call itself where that needs nothing but arguments."""
    again = None
    if state not in goal.inner[node]:
        entry = shared.entries[state]
    elif written.stretch_of.get(state, len(goal.stretches)) > written.stretch_of[node]:
        entry = after
    else:
        entry = written.entries[state]
        if _is_plain(goal, state):
            again = written.again.get(state)
    key = (state, entry)
    if key not in written.landings:
        written.landings[key] = _Landing(shared.writer.label(), state, again, entry)
    return written.landings[key]


def _is_plain(goal: Goal, state: int) -> bool:
    """Whether nothing but its arguments changes between the runs of a state."""
    item: Item = goal.part.items[state]
    alone = state in goal.facts.lacking or item.gate is not None or item.condition is not None
    return not alone and state not in goal.facts.guarded


def _write_landing(shared: Shared, goal: Goal, landing: _Landing) -> None:
    writer, state = shared.writer, landing.state
    writer.begin(landing.label, (_JUMP,))
    jump = writer.load(_JUMP)
    for node in shared.marked:
        if shared.below.has(state, node):
            writer.forget(done_mark(node))
    if landing.again is None:
        writer.store(override_of(state), jump)
        writer.jump(landing.entry)
        return
    work = goal.part.items[state].work
    assert isinstance(work, Call | Enter)
    known = told(writer, work)
    arguments = writer.operate("jump_arguments", jump, writer.load(original_arguments(state)), known)
    keywords = writer.operate("jump_keywords", jump, writer.load(original_keywords(state)), known)
    writer.jump(landing.again, arguments, keywords)


# --- the end -------------------------------------------------------------------------------------------------------------


def _write_end(goal: Goal, scope: Scope, written: _Written) -> None:
    """Give the goal's value: `Fail` when it was skipped."""
    writer, node = scope.writer, goal.part.goal
    item = scope.items[node]
    writer.here = item.place
    if node in scope.facts.lacking:
        there, skipped = writer.label(), writer.label()
        writer.branch(scope.is_there(node), there, skipped)
        writer.begin(skipped)
        message = f"{item.name} was skipped, so the run has no result"
        writer.fail(writer.operate("error", writer.constant("DependencyMissingError"), writer.constant(message)))
        writer.begin(there)
    if scope.facts.target == node and not _keeps_inputs(item):
        _write_tail_calls(scope, node, written)
    writer.give(scope.read(Result(node)))


def _keeps_inputs(item: Item) -> bool:
    """Whether a policy of the node has its arguments: then whoever runs the program has to call it again."""
    return isinstance(item.work, Enter) and any(setting.kind == "cache" for setting in item.settings)


def _write_tail_calls(scope: Scope, node: int, written: _Written) -> None:
    """While the value is a tail call, call again with its arguments. One whose arguments do not fit is the program's value:
    whoever runs it says what is wrong."""
    writer = scope.writer
    check, again, done = writer.label(), writer.label(), writer.label()
    writer.begin(check)
    work = scope.items[node].work
    fit = fitting(writer, work) if isinstance(work, Call | Enter) else None
    known = () if fit is None else (fit,)
    writer.branch(writer.operate("tail_call_case", scope.read(Result(node)), *known), again, done)
    writer.begin(again)
    value = writer.load(variable_of(node))
    arguments, keywords = writer.operate("tail_arguments", value), writer.operate("tail_keywords", value)
    called: Ref = call_with(scope, scope.items[node], arguments, keywords)
    writer.store(variable_of(node), called)
    writer.jump(check if written.check is None else written.check)
    writer.begin(done)
