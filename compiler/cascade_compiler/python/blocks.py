"""``with cs.timeout(…):``: the suite becomes a flow of its own, which runs under a policy.

It is given the variables that it mentions and hands them back when it ends. When it fails or runs out of time it leaves them in
a list that it was given, so that the statements around see what it has written. A way out of the suite (`return`, `break`)
ends it normally: it hands back the number of that way, and the flow around goes on from there.

::

    left = []                                   part:   the suite             errors go to F
    packed = part(left, …) with timeout                 exit := 0
    unpack; switch over exit: go on, or leave   E:      return pack
    failed: unpack left[0]; raise again         F:      left.append(pack); raise again
"""

from __future__ import annotations

from contextlib import ExitStack

from cascade_compiler import graph
from cascade_compiler.csc import exits
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.scopes import Exit, Final
from cascade_compiler.csc.walk import children
from cascade_compiler.graph import Handler, Policy, Ref
from cascade_compiler.python import nodes
from cascade_compiler.python.frames import PythonFrame
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned
from cascade_grammar.spans import Span
from cascade_vm.blueprint import Parameter

__all__ = ["with_timeout"]

_LEFT = "$left"


def with_timeout(frame: PythonFrame, statement: nodes.WithTimeout) -> None:
    """The whole statement."""
    span = Span(statement.span.start, statement.duration.span.end)
    policy = Policy("timeout", (frame.value(statement.duration),))
    names = _mentioned(frame, statement.body)
    part = _Part(frame, names)
    part.build(statement.body, span)
    left = frame.operate("build_list", span)
    given = (left, *(frame.add(graph.Load, span, name, False) for name in names), *part.caught(frame, span))
    failed, after, error = frame.label(), frame.label(), frame.temporary("error")
    with ExitStack() as guard:
        if frame.handler is not None:  # else nobody sees the variables after a failure
            guard.enter_context(frame.guarded(Handler(failed, error, cleanup=True), span))
        packed = frame.add(graph.CallFlow, span, part.frame.name, given, (policy,))
    results = {kept: frame.temporary("returned") for kept in part.results}
    frame.add(graph.UnpackVariables, span, (*names, part.scope.variable, *results.values()), packed, -1)
    part.go_on(frame, after, results, span)
    frame.start(failed, span)
    if frame.is_open:
        _take_what_is_left(frame, left, names, error, span)
    frame.start(after, span)


def _take_what_is_left(frame: PythonFrame, left: Ref, names: list[str], error: str, span: Span) -> None:
    """It may have left nothing: it was stopped before it began."""
    there, again = frame.label(), frame.label()
    frame.end(graph.BranchOn, span, left, there, again)
    frame.start(there, span)
    packed = frame.operate("[]", span, left, frame.constant(0, span))
    frame.add(graph.UnpackVariables, span, tuple(names), packed, -1)
    frame.start(again, span)
    frame.end(graph.Reraise, span, frame.load(error, span))


def _mentioned(frame: PythonFrame, body: tree.Suite) -> list[str]:
    """The variables of this frame that the suite may read or write, what its helpers capture included."""
    found: dict[str, None] = {}
    pending: list[Spanned] = [body]
    while pending:
        node = pending.pop()
        name = node.id if isinstance(node, tree.Name) else node.text if isinstance(node, tree.Identifier) else None
        if name is not None:
            helper = frame.helper(name)
            cells = list(helper.captured) if helper is not None else []
            found |= dict.fromkeys(variable for cell in cells if (variable := frame.cell(cell)) is not None)
            if frame.variable(name) is not None:
                found[name] = None
        if isinstance(node, nodes.Function):
            found |= dict.fromkeys(cell.name for cell in frame.making.closures.of(node).defaults.values())
        pending.extend(reversed(list(children(node))))
    return list(found)


class _Part:
    """The flow that a suite becomes. ``scope`` collects the ways out of it."""

    def __init__(self, frame: PythonFrame, names: list[str]) -> None:
        self.names = names
        self.frame = frame.part()
        self.scope = Final(frame.temporary("exit"), self.frame.label())
        self.frame.exits = [*frame.exits, self.scope]
        self.frame.caught = frame.caught[-1:]

    def build(self, body: tree.Suite, span: Span) -> None:
        part, scope = self.frame, self.scope
        failed, error = part.label(), part.temporary("error")
        with part.guarded(Handler(failed, error, cleanup=True), span):
            part.run(body.statements)
            if part.is_open:
                part.store(scope.variable, part.constant(0, span), span)
                part.jump(scope.body, span)
        part.start(scope.body, span)
        if part.is_open:
            pack = (*self.names, scope.variable, *self.results)
            part.end(graph.Return, span, part.add(graph.PackVariables, span, pack))
        part.start(failed, span)
        if part.is_open:
            packed = part.add(graph.PackVariables, span, tuple(self.names))
            part.operate("append", span, part.load(_LEFT, span), packed)
            part.end(graph.Reraise, span, part.load(error, span))
        parameters = tuple(Parameter(name) for name in (_LEFT, *self.names, *part.caught))
        place = part.place(span)
        part.assembly.set_flow(graph.FlowGraph(part.name, parameters, part.drafts.finish(), place, branch=True))

    @property
    def results(self) -> list[str]:
        """The variables with what the suite returns, once it is built: the keys of these ways out."""
        return [way.key for way in self.scope.ways if isinstance(way.key, str)]

    def caught(self, frame: PythonFrame, span: Span) -> tuple[Ref, ...]:
        """The error that a bare `raise` in the suite raises again."""
        return tuple(frame.load(variable, span) for variable in self.frame.caught)

    def go_on(self, frame: PythonFrame, after: Label, results: dict[str, str], span: Span) -> None:
        """Where the suite was left for; ``results`` are the variables of this frame with what it returns."""
        ways = self.scope.ways
        if not ways:
            frame.jump(after, span)
            return
        labels = [frame.label() for _ in ways]
        frame.end(graph.SwitchOn, span, frame.load(self.scope.variable, span), (after, *labels), after)
        for label, way in zip(labels, ways, strict=True):
            frame.start(label, way.span)
            _leave(frame, way, results)


def _leave(frame: PythonFrame, way: Exit, results: dict[str, str]) -> None:
    """Go on along a way out of the suite, which the labels of this frame say."""
    if isinstance(way.key, str):
        exits.return_value(frame, frame.load(results[way.key], way.span), way.span)
        return
    assert isinstance(way.key, int)
    goal = way.key
    exits.leave(frame, Exit(goal, way.depth, lambda: frame.jump(goal, way.span), way.span))
