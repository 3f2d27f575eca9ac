"""``loop``, ``while`` and ``for``: the head comes before the body, so that only the way back counts as a turn."""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc import targets
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.scopes import Loop
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["loop"]


def loop(frame: Frame, statement: tree.Loop | tree.While | tree.For) -> None:
    """Any loop; the ``else`` suite runs when it ends without ``break``."""
    head, done, end = frame.label(), frame.label(), frame.label()
    label = statement.label.text if statement.label else None
    span = _head(frame, statement, head, done)
    frame.exits.append(Loop(label, head, end))
    frame.run(statement.body.statements)
    frame.jump(head, span)
    frame.exits.pop()
    frame.start(done, span)
    if not isinstance(statement, tree.Loop) and statement.otherwise is not None and frame.is_open:
        frame.run(statement.otherwise.body.statements)
    frame.start(end, span)


def _head(frame: Frame, statement: tree.Loop | tree.While | tree.For, head: Label, done: Label) -> Span:
    """Write what a turn begins with. Gives the place of that."""
    match statement:
        case tree.Loop():
            span = Span(statement.span.start, statement.span.start + len("loop"))
            frame.start(head, span)
        case tree.While(condition=condition):
            span = condition.span
            body = frame.label()
            frame.start(head, span)
            frame.branch(condition, body, done)
            frame.start(body, span)
        case tree.For(iterable=iterable):
            span = iterable.span
            iteration = frame.add(graph.Iterate, span, frame.value(iterable))
            frame.start(head, span)
            targets.step(frame, statement, iteration, (frame.label(), done))
    return span
