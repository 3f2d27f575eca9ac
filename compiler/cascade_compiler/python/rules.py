"""How each part of a Python flow becomes nodes of the flow graph.

What Python shares with `.csc` is built by the rules of `cascade_compiler.csc`; here is what only Python has, and what differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from cascade_compiler.csc import conditions, expressions, statements
from cascade_compiler.csc.comprehensions import is_generator
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame, Rules
from cascade_compiler.graph import Ref
from cascade_compiler.python import blocks, calls, generators, helpers, matching, nodes, raising, values
from cascade_compiler.python.frames import PythonFrame, frame_of
from cascade_grammar import tree

__all__ = ["RULES"]


# --- expressions ---------------------------------------------------------------------------------------------------------


def _value(frame: Frame, expression: tree.Expression) -> Ref:
    here = frame_of(frame)
    match cast(object, expression):
        case tree.Name() as name:
            return _name(here, name)
        case tree.Call() as call:
            return calls.call(here, call)
        case tree.Comparison() as comparison if generators.is_membership(comparison):
            return generators.membership(here, comparison)
        case nodes.Lambda(function=function):
            return helpers.function_value(here, function)
        case nodes.BuiltIn() | nodes.Gather() | nodes.MapCall() | nodes.Request() | nodes.CallValue() as part:
            return values.value(here, part)
        case _:
            return expressions.value(frame, expression)


def _name(frame: PythonFrame, name: tree.Name) -> Ref:
    helper = frame.helper(name.id)
    if helper is not None:
        return helpers.helper_value(frame, helper, name)
    variable = frame.variable(name.id)
    if variable is not None and frame.is_free(name.id, variable, name.span):
        return frame.read(name.id, variable, name.span)
    found = values.global_value(frame, name) if variable is None else None
    return expressions.value(frame, name) if found is None else found


def _branch(frame: Frame, condition: tree.Expression, then: Label, otherwise: Label) -> None:
    conditions.branch(frame, condition, then, otherwise)


# --- statements ----------------------------------------------------------------------------------------------------------


def _run(frame: Frame, written: Iterable[tree.Statement]) -> None:
    here = frame_of(frame)
    for statement in written:
        if not frame.is_open:
            return
        _statement(here, statement)


def _statement(frame: PythonFrame, statement: tree.Statement) -> None:
    match cast(object, statement):
        case nodes.Define() as define:
            helpers.define(frame, define)
        case nodes.Match() as match:
            matching.match_statement(frame, match)
        case nodes.WithTimeout() as block:
            blocks.with_timeout(frame, block)
        case nodes.RaiseFrom() as statement_from:
            raising.raise_from(frame, statement_from)
        case tree.Assign(targets=(tree.Name() as name,), value=value) if isinstance(value, nodes.Lambda):
            helpers.assign_lambda(frame, name, cast(nodes.Lambda, value).function)
        case tree.Assign(targets=(tree.TupleDisplay() | tree.ListDisplay() as target,), value=value) if is_generator(value):
            generators.unpack(frame, target, value)
        case tree.For() as loop if is_generator(loop.iterable):
            generators.loop(frame, loop)
        case tree.Fail(value=value) as failing if value is not None:
            raising.raise_error(frame, failing, value)
        case _:
            statements.run(frame, (statement,))


RULES = Rules(_value, _branch, _run, calls.flow_call)
