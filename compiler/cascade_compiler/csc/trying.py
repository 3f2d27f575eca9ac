"""``try`` with ``except``, ``else`` and ``finally``.

::

    try: A                      A          errors go to M
    except E as e: B            else: C    errors go to X, then on to F
    else: C                     M: is it an E?  B, errors go to U      no: raise again (to X)
    finally: D                  U: unbind e, raise again (to X)
                                X: exit := -1
                                F: D, then switch over exit: -1 raises again, 0 goes on, others leave further
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cascade_compiler import graph
from cascade_compiler.csc import exits
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.scopes import Final, NamedError
from cascade_compiler.graph import Handler
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["try_statement"]


def try_statement(frame: Frame, statement: tree.Try) -> None:
    """The whole statement."""
    if statement.final is None:
        _try_except(frame, statement)
    else:
        _try_finally(frame, statement, statement.final)


def _keyword(statement: tree.Try) -> Span:
    return Span(statement.span.start, statement.span.start + len("try"))


def _try_except(frame: Frame, statement: tree.Try) -> None:
    span = _keyword(statement)
    if not statement.handlers:
        frame.run(statement.body.statements)
        return
    caught, end = frame.label(), frame.label()
    variable = frame.temporary("caught")
    # What programs can not catch passes through here when a `finally` waits for it further out.
    passes = frame.handler is not None and frame.handler.cleanup
    with frame.guarded(Handler(caught, variable, cleanup=passes), span):
        frame.run(statement.body.statements)
    if statement.otherwise is not None:
        frame.run(statement.otherwise.body.statements)
    frame.jump(end, span)
    frame.start(caught, span)
    frame.caught.append(variable)
    for clause in statement.handlers:
        _except(frame, clause, variable, end, passes)
    frame.caught.pop()
    if frame.is_open:
        frame.end(graph.Reraise, span, frame.load(variable, span))
    frame.start(end, span)


def _except(frame: Frame, clause: tree.Except, variable: str, end: Label, passes: bool) -> None:
    """One ``except``; what is written after it is for the errors that do not match."""
    if not frame.is_open:
        return
    span = clause.span if not clause.kinds else clause.kinds[0].span.to(clause.kinds[-1].span)
    kinds = tuple(kind.text for kind in clause.kinds) or ("Exception",)
    matches, otherwise = frame.label(), frame.label()
    if "Exception" in kinds and not passes:
        frame.jump(matches, span)
    else:
        error = frame.load(variable, span)
        frame.end(graph.BranchOn, span, frame.add(graph.MatchError, span, error, kinds), matches, otherwise)
    frame.start(matches, span)
    if clause.name is None:
        frame.run(clause.body.statements)
        frame.jump(end, span)
    else:
        _named(frame, clause, clause.name, variable, end)
    frame.start(otherwise, span)


def _named(frame: Frame, clause: tree.Except, name: tree.Identifier, variable: str, end: Label) -> None:
    """``except … as name``: the name is unbound however the suite ends.

    An error that leaves the whole flow leaves nothing that could see the name, so that way out is written only where
    something around it could.
    """
    frame.store(name.text, frame.load(variable, name.span), name.span)
    frame.exits.append(NamedError(name.text))
    unbind = frame.label()
    left = frame.temporary("left")
    with ExitStack() as guard:
        if frame.handler is not None:
            guard.enter_context(frame.guarded(Handler(unbind, left, cleanup=True), name.span))
        frame.run(clause.body.statements)
    frame.exits.pop()
    if frame.is_open:
        frame.forget(name.text, name.span)
    frame.jump(end, name.span)
    frame.start(unbind, name.span)
    if frame.is_open:
        frame.forget(name.text, name.span)
        frame.end(graph.Reraise, name.span, frame.load(left, name.span))


def _try_finally(frame: Frame, statement: tree.Try, final: tree.Otherwise) -> None:
    span = _keyword(statement)
    failed, after = frame.label(), frame.label()
    scope = Final(frame.temporary("exit"), frame.label())
    error = frame.temporary("error")
    with frame.guarded(Handler(failed, error, cleanup=True), span):
        frame.exits.append(scope)
        _try_except(frame, statement)
        frame.exits.pop()
        if frame.is_open:
            frame.store(scope.variable, frame.constant(0, span), span)
            frame.jump(scope.body, span)
    frame.start(failed, span)
    if frame.is_open:
        frame.store(scope.variable, frame.constant(-1, span), span)
    frame.start(scope.body, span)
    with _own_result(frame):
        frame.run(final.body.statements)
    if frame.is_open:
        _dispatch(frame, scope, error, after, final.body.statements[-1].span)


@contextmanager
def _own_result(frame: Frame) -> Iterator[None]:
    """A `return` in a ``finally`` suite may be given up again: what the flow was about to return is kept apart."""
    before = frame.result
    frame.result = f"{before}0"
    yield
    frame.result = before


def _dispatch(frame: Frame, scope: Final, error: str, after: Label, span: Span) -> None:
    """Go on where the ``finally`` suite was entered for."""
    again = frame.label()
    labels = [frame.label() for _ in scope.ways]
    frame.end(graph.SwitchOn, span, frame.load(scope.variable, span), (after, *labels), again)
    for label, way in zip(labels, scope.ways, strict=True):
        frame.start(label, way.span)
        exits.leave(frame, way)
    frame.start(again, span)
    frame.end(graph.Reraise, span, frame.load(error, span))
    frame.start(after, span)
