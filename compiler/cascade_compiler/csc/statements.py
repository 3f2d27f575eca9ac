"""Statements, the simple ones here; loops, ``try`` and ``parallel`` have files of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.csc import calls, exits, loops, parallels, targets, trying
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.scopes import Exit
from cascade_grammar import tree

__all__ = ["run"]


def run(frame: Frame, statements: Iterable[tree.Statement]) -> None:
    """Statements in order, up to the first after which nothing can run."""
    for statement in statements:
        if not frame.is_open:
            return
        _statement(frame, statement)


def _statement(frame: Frame, statement: tree.Statement) -> None:
    match statement:
        case tree.Evaluate(value=tree.Number() | tree.Literal() | tree.Duration()):
            pass  # as in CPython, a constant that nobody reads is not there
        case tree.Evaluate(value=value):
            frame.value(value)
        case tree.Assign():
            targets.assign(frame, statement)
        case tree.Augment():
            targets.augment(frame, statement)
        case tree.If():
            _if(frame, statement)
        case tree.Return(value=value):
            _return(frame, statement)
        case tree.Loop() | tree.While() | tree.For():
            loops.loop(frame, statement)
        case tree.Break() | tree.Continue():
            exits.leave_loop(frame, statement)
        case tree.Try():
            trying.try_statement(frame, statement)
        case tree.Parallel():
            parallels.parallel(frame, statement)
        case tree.Pass():
            pass
        case _:
            _rarer(frame, statement)


def _rarer(frame: Frame, statement: tree.Fail | tree.Assert | tree.Jump | tree.Sleep | tree.Emit | tree.Delete) -> None:
    match statement:
        case tree.Fail():
            _fail(frame, statement)
        case tree.Assert():
            _assert(frame, statement)
        case tree.Jump():
            _jump(frame, statement)
        case tree.Sleep(duration=duration):
            frame.add(graph.Request, statement.span, "sleep", (frame.value(duration),))
        case tree.Emit():
            parts = [frame.value(part) for part in (statement.name, statement.value) if part is not None]
            frame.add(graph.Request, statement.span, "emit", tuple(parts))
        case tree.Delete():
            for target in statement.targets:
                targets.delete(frame, target)
        case _:
            assert_never(statement)


def _if(frame: Frame, statement: tree.If) -> None:
    end = frame.label()
    for arm in statement.arms:
        then, otherwise = frame.label(), frame.label()
        frame.branch(arm.condition, then, otherwise)
        frame.start(then, arm.condition.span)
        frame.run(arm.body.statements)
        frame.jump(end, arm.condition.span)
        frame.start(otherwise, arm.condition.span)
    if statement.otherwise is not None:
        frame.run(statement.otherwise.body.statements)
    frame.start(end, statement.arms[-1].condition.span)


def _return(frame: Frame, statement: tree.Return) -> None:
    if statement.value is None:
        exits.return_value(frame, frame.constant(None, statement.span), statement.span)
    elif frame.handler is not None:
        exits.return_value(frame, frame.value(statement.value), statement.span)
    else:
        _tail(frame, statement.value, statement)


def _tail(frame: Frame, expression: tree.Expression, statement: tree.Return) -> None:
    """Return the value of an expression; if that is a call of a flow, become that flow."""
    match expression:
        case tree.Call(policies=()):
            becomes = frame.flow_call(expression)
            if becomes is not None:
                frame.end(graph.TailCall, expression.span, *becomes())
                return
        case tree.Conditional():
            then, otherwise = frame.label(), frame.label()
            frame.branch(expression.condition, then, otherwise)
            for label, part in ((then, expression.then), (otherwise, expression.otherwise)):
                frame.start(label, part.span)
                if frame.is_open:
                    _tail(frame, part, statement)
            return
        case tree.Logical(operator=operator, operands=operands) if _calls_flow(frame, operands[-1]):
            for operand in operands[:-1]:
                stop, rest = frame.label(), frame.label()
                found = frame.value(operand)
                frame.end(graph.BranchOn, operand.span, found, *((stop, rest) if operator == "or" else (rest, stop)))
                frame.start(stop, operand.span)
                frame.end(graph.Return, statement.span, found)
                frame.start(rest, operand.span)
            _tail(frame, operands[-1], statement)
            return
    frame.end(graph.Return, statement.span, frame.value(expression))


def _calls_flow(frame: Frame, expression: tree.Expression) -> bool:
    match expression:
        case tree.Call():
            return frame.flow_call(expression) is not None
        case tree.Conditional(then=then, otherwise=otherwise):
            return _calls_flow(frame, then) or _calls_flow(frame, otherwise)
        case tree.Logical(operands=operands):
            return _calls_flow(frame, operands[-1])
        case _:
            return False


def _fail(frame: Frame, statement: tree.Fail) -> None:
    if statement.value is None:
        frame.end(graph.Reraise, statement.span, frame.load(frame.caught[-1], statement.span))
    else:
        frame.end(graph.Fail, statement.span, frame.value(statement.value))


def _assert(frame: Frame, statement: tree.Assert) -> None:
    holds, fails = frame.label(), frame.label()
    span = statement.condition.span
    frame.branch(statement.condition, holds, fails)
    frame.start(fails, span)
    if frame.is_open:
        parts = [frame.constant("AssertionError", span)]
        if statement.message is not None:
            parts.append(frame.value(statement.message))
        frame.end(graph.Fail, span, frame.operate("error", span, *parts))
    frame.start(holds, span)


def _jump(frame: Frame, statement: tree.Jump) -> None:
    """To a state. The arguments wait in variables while ``finally`` suites run."""
    goal = frame.states[statement.state.text]
    arguments = calls.state_arguments(frame, statement)
    span = statement.span
    if not frame.exits:
        frame.jump(goal.label, span, *arguments)
        return
    kept = [None if ref is None else frame.temporary("j") for ref in arguments]
    for variable, ref in zip(kept, arguments, strict=True):
        if variable is not None and ref is not None:
            frame.store(variable, ref, span)

    def go() -> None:
        loads = [None if variable is None else frame.load(variable, span) for variable in kept]
        frame.jump(goal.label, span, *loads)

    exits.leave(frame, Exit(statement.span, 0, go, span))
