"""Jumps out of the middle of something: `break`, `continue`, `return` and `jump` pass the ``finally`` suites on their way.

A ``finally`` suite is written once. Every way into it sets its number in a variable, and it ends in a switch over that number:
what is left of each exit is written there.
"""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.scopes import Exit, Final, Loop, NamedError
from cascade_compiler.graph import Ref
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["leave", "leave_loop", "return_value"]


def leave(frame: Frame, way: Exit) -> None:
    """Write a way out from where ``frame`` is: up to the innermost ``finally``, or all of it."""
    for scope in reversed(frame.exits[way.depth :]):
        match scope:
            case NamedError(variable=variable):
                frame.forget(variable, way.span)
            case Final(variable=variable, body=body):
                frame.store(variable, frame.constant(scope.number_of(way), way.span), way.span)
                frame.jump(body, way.span)
                return
            case Loop():
                pass
    way.go()


def leave_loop(frame: Frame, statement: tree.Break | tree.Continue) -> None:
    """``break`` and ``continue``"""
    span = statement.span
    depth, loop = _loop_of(frame, statement.label.text if statement.label else None)
    goal = loop.end if isinstance(statement, tree.Break) else loop.head
    leave(frame, Exit(goal, depth + 1, lambda: frame.jump(goal, span), span))


def _loop_of(frame: Frame, label: str | None) -> tuple[int, Loop]:
    """The innermost loop, or the innermost with this label, and its number among the scopes."""
    for depth in range(len(frame.exits) - 1, -1, -1):
        scope = frame.exits[depth]
        if isinstance(scope, Loop) and label in (None, scope.label):
            return depth, scope
    raise AssertionError("a break or continue outside of a loop passed the checks")


def return_value(frame: Frame, value: Ref, span: Span) -> None:
    """Leave the flow with a value."""
    if not any(isinstance(scope, Final) for scope in frame.exits):
        frame.end(graph.Return, span, value)
        return
    kept = frame.result
    frame.store(kept, value, span)
    leave(frame, Exit(kept, 0, lambda: frame.end(graph.Return, span, frame.load(kept, span)), span))
