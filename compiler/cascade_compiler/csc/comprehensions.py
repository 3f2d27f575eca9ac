"""Comprehensions: loops inside of expressions, with variables of their own; and ``any``/``all`` over one, which stop early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeGuard

from cascade_compiler import graph
from cascade_compiler.csc import targets
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame, Inner
from cascade_compiler.csc.walk import mentions, target_names
from cascade_compiler.graph import Ref
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = [
    "check_early", "collect", "comprehension", "first_iteration", "is_generator", "is_search", "items_that_pass", "loop_over",
    "search", "search_value",
]  # fmt: skip

_GROW = {"list": "append", "generator": "append", "set": "add"}


def comprehension(frame: Frame, expression: tree.Comprehension) -> Ref:
    """The list, set or dict. A generator expression is evaluated to a list."""
    span = expression.span
    kind = "list" if expression.kind == "generator" else expression.kind
    first = first_iteration(frame, expression.clauses)
    whole = frame.operate(f"build_{kind}", span)
    collect(frame, expression, first, whole)
    return whole


def collect(frame: Frame, expression: tree.Comprehension, first: Ref, whole: Ref) -> None:
    """Run a comprehension from its first iteration on: its items go into ``whole``."""

    def keep(_: Label) -> None:
        if expression.key is not None:
            key = frame.value(expression.key)
            frame.operate("put", expression.element.span, whole, key, frame.value(expression.element))
        else:
            frame.operate(_GROW[expression.kind], expression.element.span, whole, frame.value(expression.element))

    loop_over(frame, expression.clauses, first, keep)


def is_generator(expression: tree.Expression) -> TypeGuard[tree.Comprehension]:
    """Whether this is ``(… for …)``."""
    return isinstance(expression, tree.Comprehension) and expression.kind == "generator"


def is_search(frame: Frame, call: tree.Call) -> bool:
    """Whether a call is ``any(… for …)`` or ``all(… for …)``."""
    match call:
        case tree.Call(
            function=tree.Name(id="any" | "all" as name),
            arguments=(tree.Argument(form="", value=tree.Comprehension(kind="generator")),),
        ):
            return frame.symbol(name) is None and frame.variable(name) is None
        case _:
            return False


def search(frame: Frame, call: tree.Call, then: Label, otherwise: Label) -> None:
    """Go to ``then`` if any (all) of the elements are true, else to ``otherwise``."""
    assert isinstance(call.function, tree.Name)
    generator = call.arguments[0].value
    assert isinstance(generator, tree.Comprehension)
    seeks = call.function.id == "any"
    found, missed = (then, otherwise) if seeks else (otherwise, then)

    def look(head: Label) -> None:
        frame.branch(generator.element, *((found, head) if seeks else (head, found)))

    first = first_iteration(frame, generator.clauses)
    with frame.generator(generator):
        loop_over(frame, generator.clauses, first, look)
    frame.jump(missed, call.span)


def search_value(frame: Frame, call: tree.Call) -> Ref:
    """``any(… for …)`` as a value."""
    then, otherwise, merge = frame.label(), frame.label(), frame.label()
    search(frame, call, then, otherwise)
    for label, outcome in ((then, True), (otherwise, False)):
        frame.start(label, call.span)
        if frame.is_open:
            frame.jump(merge, call.span, frame.constant(outcome, call.span))
    return frame.merge(merge, call.span)


def items_that_pass(frame: Frame, clause: tree.Clause) -> Ref:
    """The list of the items of a clause for which its conditions hold."""
    iteration = first_iteration(frame, (clause,))
    whole = frame.operate("build_list", clause.span)
    item = frame.temporary("item")

    def collect(_: Label) -> None:
        frame.operate("append", clause.span, whole, frame.load(item, clause.target.span))

    loop_over(frame, (clause,), iteration, collect, item)
    return whole


def first_iteration(frame: Frame, clauses: tuple[tree.Clause, ...]) -> Ref:
    """The first iterable is evaluated outside: the comprehension's variables do not exist yet."""
    source = clauses[0].iterable
    if is_generator(source):  # which begins the same way
        return first_iteration(frame, source.clauses)
    return frame.add(graph.Iterate, source.span, frame.value(source))


def loop_over(
    frame: Frame,
    clauses: tuple[tree.Clause, ...],
    first: Ref,
    body: Callable[[Label], None],
    item: str | None = None,
) -> None:
    """Run ``body`` for each turn of the clauses; it is given where the next turn of the innermost begins."""
    turns: list[_Turns] = []
    with _variables_of(frame, clauses):
        _open(frame, clauses, first, turns, item)
        body(turns[-1].head)
        for head, done, span in reversed(turns):
            frame.jump(head, span)
            frame.start(done, span)


class _Turns(NamedTuple):
    """A loop: where a turn begins, and what comes after it."""

    head: Label
    done: Label
    span: Span


@contextmanager
def _variables_of(frame: Frame, clauses: tuple[tree.Clause, ...]) -> Iterator[None]:
    names = {name.id: None for clause in clauses for name in target_names(clause.target)}
    inner = Inner({name: frame.temporary(name) for name in names}, _read_early(clauses))
    for name in inner.variables:
        if name in inner.early:
            frame.forget(inner.variables[name], clauses[0].span)
    frame.inner.append(inner)
    yield
    frame.inner.pop()


def _open(frame: Frame, clauses: tuple[tree.Clause, ...], first: Ref, turns: list[_Turns], item: str | None) -> None:
    """Write the heads of all loops. One over a generator is the loops of that: each of its items is one of the clause."""
    for position, clause in enumerate(clauses):
        span = clause.iterable.span
        iteration = first_iteration(frame, clauses[position:]) if position else first
        if is_generator(clause.iterable):
            hidden = [] if position else [frame.inner.pop()]  # the first iterable does not see the variables
            with _variables_of(frame, clause.iterable.clauses):
                _open(frame, clause.iterable.clauses, iteration, turns, None)
                ref = frame.value(clause.iterable.element)
            frame.inner += hidden
            if item is not None:
                frame.store(item, ref, span)
            targets.store(frame, clause.target, ref)
        else:
            turns.append(_Turns(frame.label(), frame.label(), span))
            frame.start(turns[-1].head, span)
            targets.step(frame, clause, iteration, (frame.label(), turns[-1].done), item)
        for condition in clause.conditions:
            passed = frame.label()
            frame.branch(condition, passed, turns[-1].head)
            frame.start(passed, condition.span)


def _read_early(clauses: tuple[tree.Clause, ...]) -> frozenset[str]:
    """Variables that are read where they may have no value: before their own clause has come to an item."""
    if len(clauses) == 1:
        return frozenset()
    early: set[str] = set()
    later: set[str] = set()
    for position in range(len(clauses) - 1, -1, -1):
        clause = clauses[position]
        early |= later & mentions(clause.conditions).reads.keys()
        later |= {name.id for name in target_names(clause.target)}
        if position:
            early |= later & mentions([clause.iterable]).reads.keys()
    return frozenset(early)


def check_early(frame: Frame, name: tree.Name, variable: str) -> None:
    """Fail as CPython does when a comprehension's variable has no value yet.

    `graph.Load` would name the variable as the graph does.
    """
    bound, unbound = frame.label(), frame.label()
    frame.end(graph.BranchOn, name.span, frame.add(graph.IsBound, name.span, variable), bound, unbound)
    frame.start(unbound, name.span)
    words = f"cannot access local variable '{name.id}' where it is not associated with a value"
    kind = frame.constant("UnboundLocalError", name.span)
    frame.end(graph.Fail, name.span, frame.operate("error", name.span, kind, frame.constant(words, name.span)))
    frame.start(bound, name.span)
