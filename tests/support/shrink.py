"""Makes a failing program small: takes statements away, puts a suite in place of what holds it, a literal in place of an
expression. It knows nothing of why the program fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from support.model import HOLE, Expr, Flow, Line, Model, State, Statement, Suite

_LITERAL = {"int": "1", "float": "0.5", "str": "''", "bool": "True", "list": "[]", "dict": "{}", "tuple": "()", "set": "set()"}


def _smaller_exprs(expr: Expr) -> Iterator[Expr]:
    literal = _LITERAL.get(expr.kind, "0")
    if expr.text != literal and (expr.parts or expr.variable or len(expr.text) > 2):
        yield Expr(literal, kind=expr.kind)
    yield from expr.parts
    for number, part in enumerate(expr.parts):
        for other in _smaller_exprs(part):
            yield replace(expr, parts=(*expr.parts[:number], other, *expr.parts[number + 1 :]))


def _smaller_lines(line: Line) -> Iterator[Line]:
    for number, part in enumerate(line.parts):
        for other in _smaller_exprs(part):
            yield replace(line, parts=(*line.parts[:number], other, *line.parts[number + 1 :]))
    if " with " in line.text and HOLE not in line.text.split(" with ")[1] and line.python and line.python.count("under(") == 1:
        call = line.text.split(" with ")[0]
        yield Line(call, line.parts)


def _smaller_statements(statement: Statement) -> Iterator[Statement]:
    for number, part in enumerate(statement.parts):
        smaller: Iterator[Line | Suite] = _smaller_lines(part) if isinstance(part, Line) else _smaller_suites(part)
        for other in smaller:
            yield replace(statement, parts=(*statement.parts[:number], other, *statement.parts[number + 1 :]))


def _smaller_suites(suite: Suite) -> Iterator[Suite]:
    all_ = suite.statements
    if len(all_) > 3:
        half = len(all_) // 2
        yield replace(suite, statements=all_[:half])
        yield replace(suite, statements=all_[half:])
    for number, statement in enumerate(all_):
        if statement.fixed:
            continue
        yield replace(suite, statements=(*all_[:number], *all_[number + 1 :]))
        for part in statement.parts:
            if isinstance(part, Suite) and not part.renamed:
                yield replace(suite, statements=(*all_[:number], *part.statements, *all_[number + 1 :]))
    for number, statement in enumerate(all_):
        for other in _smaller_statements(statement):
            yield replace(suite, statements=(*all_[:number], other, *all_[number + 1 :]))


def _smaller_states(states: tuple[State, ...]) -> Iterator[tuple[State, ...]]:
    for number, state in enumerate(states):
        for body in _smaller_suites(state.body):
            yield (*states[:number], replace(state, body=body), *states[number + 1 :])


def _smaller_flows(flow: Flow) -> Iterator[Flow]:
    if flow.body.statements and not flow.states:
        yield replace(flow, body=Suite(()))
    for body in _smaller_suites(flow.body):
        yield replace(flow, body=body)
    for states in _smaller_states(flow.states):
        yield replace(flow, states=states)


def smaller(model: Model) -> Iterator[Model]:
    """Programs a step smaller, the boldest steps first. Not all of them compile."""
    for number in range(1, len(model.flows)):
        yield replace(model, flows=(*model.flows[:number], *model.flows[number + 1 :]))
    for number, flow in enumerate(model.flows):
        for other in _smaller_flows(flow):
            yield replace(model, flows=(*model.flows[:number], other, *model.flows[number + 1 :]))


def shrink(model: Model, fails: Callable[[Model], bool], limit: float = 20.0) -> Model:
    """A smaller program that still fails, as small as ``limit`` seconds allow."""
    deadline = time.monotonic() + limit
    found = True
    while found:
        found = False
        for candidate in smaller(model):
            if time.monotonic() > deadline:
                return model
            if fails(candidate):
                model, found = candidate, True
                break
    return model
