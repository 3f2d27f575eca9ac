"""One node of an outline, written into a flow: whether it runs, what it does, and where its value goes.

::

    if it has run already: go on behind it                    (guarded nodes)
    if it is not needed: go on behind it                      (gated nodes)
    if its condition is missing or false: skip it
    if something that it is given is missing: skip it
    its value := what it does

To skip a node is to tell the host why, and to give it the value of its ``otherwise``, or none.
"""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc.drafts import Label
from cascade_compiler.declarative.facts import is_call, read_results
from cascade_compiler.declarative.outline import Call, CallEach, Choose, Enter, Item, Operand, Pick, Result
from cascade_compiler.declarative.scope import (
    Scope,
    done_mark,
    original_arguments,
    original_keywords,
    override_of,
    variable_of,
)
from cascade_compiler.declarative.works import AddFlow, call_with, packed_arguments, told, value_of
from cascade_compiler.graph import Ref

__all__ = ["Again", "write_step"]

Again = Label
"""Where a state goes on that is given other arguments: a block whose parameters are `arguments_given`."""


def arguments_given(node: int) -> tuple[str, str]:
    """The variables that a state's call reads its arguments from."""
    return f"$x{node}", f"$y{node}"


def write_step(scope: Scope, node: int, add_flow: AddFlow) -> Again | None:
    """Write a node. For a state, gives the label at which its call is done with other arguments."""
    writer, facts, item = scope.writer, scope.facts, scope.items[node]
    writer.here = item.place
    end = writer.label()
    if node in facts.guarded:
        go_on = writer.label()
        writer.branch(writer.add(graph.IsBound, done_mark(node)), end, go_on)
        writer.begin(go_on)
    if facts.looping and facts.is_kept(node, item):
        writer.forget(variable_of(node))
    again = None
    if isinstance(item.work, Choose):
        _write_choice(scope, node, item, item.work, end)
    else:
        marked = writer.label() if node in facts.marked else end
        if item.gate is not None:
            _go_on_if(scope, item.gate, end)
        _skip_where_needed(scope, node, item, marked)
        if isinstance(item.work, Pick):
            _write_pick(scope, node, item.work)
        elif node in facts.entered:
            again = _write_state(scope, node, item)
        else:
            scope.keep(node, _checked(scope, node, value_of(scope, item, add_flow)))
        if marked != end:
            writer.begin(marked)
            writer.store(done_mark(node), writer.constant(True))
    if writer.is_wanted(end):
        writer.begin(end)
    return again


def _go_on_if(scope: Scope, condition: Operand, otherwise: Label) -> None:
    writer = scope.writer
    go_on = writer.label()
    writer.branch(scope.read(condition), go_on, otherwise)
    writer.begin(go_on)


def _checked(scope: Scope, node: int, value: Ref) -> Ref:
    """A jump or a tail call may only come from where somebody acts on it."""
    item = scope.items[node]
    if node == scope.facts.target or item.states is not None or not isinstance(item.work, Call | Enter):
        return value
    return scope.writer.operate("plain_value", value)


# --- skipping ------------------------------------------------------------------------------------------------------------


def _skip_where_needed(scope: Scope, node: int, item: Item, end: Label) -> None:
    writer = scope.writer
    if item.condition is not None:
        if isinstance(item.condition, Result) and scope.may_lack(item.condition):
            _skip_unless_there(scope, node, item.condition.node, end)
        go_on, skip = writer.label(), writer.label()
        writer.branch(scope.read(item.condition), go_on, skip)
        writer.begin(skip)
        _skip(scope, node, "its condition is false", end)
        writer.begin(go_on)
    if not isinstance(item.work, Pick):
        for other in read_results(item):
            if other in scope.facts.lacking:
                _skip_unless_there(scope, node, other, end)


def _skip_unless_there(scope: Scope, node: int, other: int, end: Label) -> None:
    writer = scope.writer
    go_on, skip = writer.label(), writer.label()
    writer.branch(scope.is_there(other), go_on, skip)
    writer.begin(skip)
    name = scope.name_of(other)
    _skip(scope, node, f"{name} was skipped" if name else "something that it needs was skipped", end)
    writer.begin(go_on)


def _skip(scope: Scope, node: int, reason: str, end: Label) -> None:
    """Tell the host, and go on with the value that the node has then."""
    writer, item = scope.writer, scope.items[node]
    if is_call(item):
        writer.add(graph.Request, "skip", (writer.constant(_called(item)), writer.constant(reason)))
    if item.otherwise is not None:
        if scope.may_lack(item.otherwise):
            assert isinstance(item.otherwise, Result)
            go_on = writer.label()
            writer.branch(scope.is_there(item.otherwise.node), go_on, end)
            writer.begin(go_on)
        scope.keep(node, scope.read(item.otherwise))
    writer.jump(end)


def _called(item: Item) -> str:
    """The name of what a node calls, as the events of a call have it."""
    work = item.work.call if isinstance(item.work, CallEach) else item.work
    return work.task if isinstance(work, Call) else work.flow if isinstance(work, Enter) else item.name


# --- routers -------------------------------------------------------------------------------------------------------------


def _write_choice(scope: Scope, node: int, item: Item, work: Choose, end: Label) -> None:
    """The number of the route; -1 when there is none to choose."""
    writer = scope.writer
    if not scope.facts.is_kept(node, item):
        scope.keep(node, writer.operate("route_case", scope.read(work.selector), scope.read(work.keys)))
        return
    none = writer.label()
    if item.gate is not None:
        _go_on_if(scope, item.gate, none)
    if isinstance(work.selector, Result) and scope.may_lack(work.selector):
        go_on = writer.label()
        writer.branch(scope.is_there(work.selector.node), go_on, none)
        writer.begin(go_on)
    scope.keep(node, writer.operate("route_case", scope.read(work.selector), scope.read(work.keys)))
    writer.jump(end)
    writer.begin(none)
    scope.keep(node, writer.constant(-1))


def _write_pick(scope: Scope, node: int, work: Pick) -> None:
    """The value of the route that was chosen, if it has one."""
    writer = scope.writer
    end = writer.label()
    cases = [writer.label() for _ in work.routes]
    writer.switch(scope.read(work.choice), cases, end)
    for case, operand in zip(cases, work.routes, strict=True):
        writer.begin(case)
        if isinstance(operand, Result) and scope.may_lack(operand):
            go_on = writer.label()
            writer.branch(scope.is_there(operand.node), go_on, end)
            writer.begin(go_on)
        scope.keep(node, scope.read(operand))
        writer.jump(end)
    writer.begin(end)


# --- states --------------------------------------------------------------------------------------------------------------


def _write_state(scope: Scope, node: int, item: Item) -> Again:
    """A call that may be done again with other arguments. What it was given at first is kept beside: jumps change that."""
    writer, work = scope.writer, item.work
    assert isinstance(work, Call | Enter)
    values = [scope.read(each) for each in work.arguments]
    arguments, keywords = packed_arguments(writer, work.forms, values)
    writer.store(original_arguments(node), arguments)
    writer.store(original_keywords(node), keywords)
    as_told, call = writer.label(), writer.label()
    plain = writer.label()
    writer.branch(writer.add(graph.IsBound, override_of(node)), as_told, plain)
    writer.begin(as_told)
    jump = writer.load(override_of(node))
    writer.forget(override_of(node))
    known = told(writer, work)
    given = (writer.operate("jump_arguments", jump, arguments, known), writer.operate("jump_keywords", jump, keywords, known))
    writer.jump(call, *given)
    writer.begin(plain)
    writer.jump(call, arguments, keywords)
    writer.begin(call, arguments_given(node))
    given = tuple(writer.load(name) for name in arguments_given(node))  # type: ignore[assignment]
    scope.keep(node, _checked(scope, node, call_with(scope, item, *given)))
    return call
