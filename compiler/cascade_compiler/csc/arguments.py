"""The arguments of calls, in the order in which CPython evaluates, spreads and reads them.

A generator expression among them runs when all others are evaluated, since that is when what is called reads it. It is read
into a list. If it raises, what is called gets a generator that gives what came before that and raises then, so it may fail
earlier, as it does in CPython, and has seen as much::

    sum(f(x) for x in xs)       i: iterate over xs
                                L: append f(x) to items, next x          errors go to M
                                C: sum(what)                             what: items, or from M
                                M: what := ended_by(items, error), to C
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from cascade_compiler.csc import comprehensions
from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Handler, Ref
from cascade_grammar import tree
from cascade_vm.arguments import name_of_call
from cascade_vm.library import VALUES

__all__ = ["Callee", "arguments_of", "called", "called_built_in", "may_change_things"]

Callee: TypeAlias = "Callable[[], Ref]"
"""Gives what is called, or the text that errors name it by."""


def called(frame: Frame, name: str, expression: tree.Expression) -> Callee:
    """For what errors call ``name``."""
    return lambda: frame.constant(f"{name.replace(':', '.')}()", expression.span)


def called_built_in(frame: Frame, name: str, expression: tree.Expression) -> Callee:
    """For a built-in function or type."""
    shown = name_of_call(VALUES[name]) if name in VALUES else f"{name}()"
    return lambda: frame.constant(shown, expression.span)


def may_change_things(expression: tree.Expression) -> bool:
    """Whether evaluating an argument may do more than give its value."""
    return not isinstance(expression, tree.Name | tree.Literal | tree.Number | tree.Duration)


def arguments_of(
    frame: Frame, arguments: tuple[tree.Argument, ...], callee: Callee, consumes: bool = False
) -> tuple[tuple[Ref, ...], tuple[str, ...]]:
    """The arguments and their forms; no forms when all go by position. What ``consumes`` generators is called with one that
    raises; else the call is not made then."""
    given = [argument for argument in arguments if argument.form in ("", "*")]
    named = [argument for argument in arguments if argument.form not in ("", "*")]
    only = len(given) == 1
    refs: list[Ref | _Generator] = []
    for position, argument in enumerate(given):
        later = (*given[position + 1 :], *named)
        at_once = not only and any(may_change_things(each.value) for each in later)
        waits = only if argument.form else consumes
        refs.append(_positional(frame, argument, at_once, waits))
    if _merges_early(named):
        refs.append(_merged(frame, named, callee))
        named = [tree.Argument(named[0].span, named[0].value, "**")]
    else:
        refs += [frame.value(argument.value) for argument in named]
    arguments = (*given, *named)
    forms = tuple(argument.form for argument in arguments)
    return tuple(_read_all(frame, refs)), forms if any(forms) else ()


def _positional(frame: Frame, argument: tree.Argument, at_once: bool, waits: bool) -> Ref | _Generator:
    """An argument by position. Items of ``*a`` are taken ``at_once`` if a later argument is evaluated, which might change
    them, unless there is no other by position. A generator that ``waits`` runs when all arguments are evaluated."""
    value, span = argument.value, argument.span
    if waits and comprehensions.is_generator(value):
        return _Generator(value, comprehensions.first_iteration(frame, value.clauses))
    ref = frame.value(value)
    if argument.form and at_once:
        copy = frame.operate("build_list", span)
        frame.operate("extend", span, copy, ref)
        return copy
    return ref


# --- keywords ------------------------------------------------------------------------------------------------------------


def _merges_early(named: Sequence[tree.Argument]) -> bool:
    """Whether something is evaluated after ``**a``: that is looked into before."""
    first = next((i for i, argument in enumerate(named) if argument.form == "**"), len(named))
    return any(may_change_things(argument.value) for argument in named[first + 1 :])


def _merged(frame: Frame, named: Iterable[tree.Argument], callee: Callee) -> Ref:
    """The keywords as a dict: those between two stars at once."""
    whole: Ref | None = None
    run: list[Ref] = []
    for argument in named:
        span = argument.span
        if argument.form != "**":
            run += [frame.constant(argument.form, span), frame.value(argument.value)]
            continue
        if run or whole is None:
            whole = _with_run(frame, argument, whole, run, callee)
        frame.operate("merge_keywords", span, whole, frame.value(argument.value), callee())
        run = []
    assert whole is not None
    return _with_run(frame, argument, whole, run, callee) if run else whole


def _with_run(frame: Frame, argument: tree.Argument, whole: Ref | None, run: list[Ref], callee: Callee) -> Ref:
    more = frame.operate("build_dict", argument.span, *run)
    if whole is None:
        return more
    frame.operate("merge_keywords", argument.span, whole, more, callee())
    return whole


# --- generators ----------------------------------------------------------------------------------------------------------


class _Generator:
    """A generator expression that is about to run."""

    def __init__(self, expression: tree.Comprehension, first: Ref) -> None:
        self.expression = expression
        self.first = first

    def read(self, frame: Frame) -> Ref:
        """Its items, or what stands for it when it raises."""
        span = self.expression.span
        items = frame.operate("build_list", span)
        caught, merge, error = frame.label(), frame.label(), frame.temporary("caught")
        # What programs can not catch passes through here too when a `finally` waits for it further out.
        passes = frame.handler is not None and frame.handler.cleanup
        with frame.guarded(Handler(caught, error, cleanup=passes), span):
            comprehensions.collect(frame, self.expression, self.first, items)
        frame.jump(merge, span, items)
        frame.start(caught, span)
        frame.jump(merge, span, frame.operate("ended_by", span, items, frame.load(error, span)))
        return frame.merge(merge, span)


def _read_all(frame: Frame, refs: Iterable[Ref | _Generator]) -> list[Ref]:
    return [ref.read(frame) if isinstance(ref, _Generator) else ref for ref in refs]
