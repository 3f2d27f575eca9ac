"""Generator expressions that are asked for one item after the other: ``next(…)``, ``x in (…)``, ``for item in (…)``.

They become loops where they stand, so no more of them is evaluated than Python evaluates.
"""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.csc import targets
from cascade_compiler.csc.comprehensions import first_iteration, is_generator, loop_over
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.scopes import Loop
from cascade_compiler.graph import Ref
from cascade_compiler.python.frames import PythonFrame
from cascade_compiler.python.stopping import outside
from cascade_grammar import tree

__all__ = ["first_of", "is_first_of", "is_membership", "loop", "membership", "unpack"]


def is_first_of(call: tree.Call) -> bool:
    """Whether the arguments of ``next`` are a generator expression and perhaps a default."""
    arguments = call.arguments
    plain = len(arguments) in (1, 2) and not any(argument.form for argument in arguments)
    return plain and is_generator(arguments[0].value)


def first_of(frame: PythonFrame, call: tree.Call) -> Ref:
    """``next(… for …)``"""
    generator = _generator(call.arguments[0].value)
    found, span = frame.label(), call.span
    first = first_iteration(frame, generator.clauses)
    default = frame.value(call.arguments[1].value) if len(call.arguments) == 2 else None
    with frame.generator(generator):
        loop_over(frame, generator.clauses, first, lambda _: frame.jump(found, span, frame.value(generator.element)))
    if default is not None:
        frame.jump(found, span, default)
    elif frame.is_open:
        frame.end(graph.Fail, span, frame.operate("error", span, frame.constant("StopIteration", span)))
    return frame.merge(found, span)


def is_membership(comparison: tree.Comparison) -> bool:
    """Whether this is ``x in (… for …)``."""
    match comparison.rest:
        case (("in" | "not in", right),):
            return is_generator(right)
        case _:
            return False


def membership(frame: PythonFrame, comparison: tree.Comparison) -> Ref:
    """``x in (… for …)``: the items are compared until one is ``x`` or equal to it."""
    ((operator, right),) = comparison.rest
    generator, span = _generator(right), comparison.span
    sought = frame.value(comparison.first)
    first = first_iteration(frame, generator.clauses)
    found, merge = frame.label(), frame.label()

    def compare(head: Label) -> None:
        item, other = frame.value(generator.element), frame.label()
        frame.end(graph.BranchOn, span, frame.operate("is", span, item, sought), found, other)
        frame.start(other, span)
        frame.end(graph.BranchOn, span, frame.operate("==", span, item, sought), found, head)

    with frame.generator(generator):
        loop_over(frame, generator.clauses, first, compare)
    frame.jump(merge, span, frame.constant(operator == "not in", span))
    frame.start(found, span)
    frame.jump(merge, span, frame.constant(operator == "in", span))
    return frame.merge(merge, span)


def loop(frame: PythonFrame, statement: tree.For) -> None:
    """``for target in (… for …)``: the body runs between one item and the next."""
    generator, end, handler = _generator(statement.iterable), frame.label(), frame.handler

    def turn(head: Label) -> None:
        item = frame.value(generator.element)
        hidden = frame.inner.pop()  # the body does not see the variables of the generator
        frame.exits.append(Loop(None, head, end))
        with outside(frame, handler, generator):
            targets.store(frame, statement.target, item)
            frame.run(statement.body.statements)
        frame.exits.pop()
        frame.inner.append(hidden)

    first = first_iteration(frame, generator.clauses)
    with frame.generator(generator):
        loop_over(frame, generator.clauses, first, turn)
    if statement.otherwise is not None and frame.is_open:
        frame.run(statement.otherwise.body.statements)
    frame.start(end, statement.iterable.span)


def unpack(frame: PythonFrame, target: tree.TupleDisplay | tree.ListDisplay, generator: tree.Comprehension) -> None:
    """``a, b = (… for …)``: no more items are taken than show that there are too many."""
    span, ended = generator.span, frame.label()
    count = None if any(isinstance(item, tree.Starred) for item in target.items) else len(target.items)
    first = first_iteration(frame, generator.clauses)
    items = frame.operate("build_list", span)

    def keep(head: Label) -> None:
        frame.operate("append", generator.element.span, items, frame.value(generator.element))
        if count is not None:
            enough = frame.operate(">", span, frame.operate("len", span, items), frame.constant(count, span))
            frame.end(graph.BranchOn, span, enough, ended, head)

    with frame.generator(generator):
        loop_over(frame, generator.clauses, first, keep)
    frame.start(ended, span)
    targets.store(frame, target, items)


def _generator(expression: tree.Expression) -> tree.Comprehension:
    assert isinstance(expression, tree.Comprehension)
    return expression
