"""The arguments of calls, in the order in which CPython evaluates, spreads and reads them.

A generator expression among them runs when all others are evaluated, since that is when what is called reads it. It is read
into a list, unless what is called shows before that that it has come to an item (`interleaved`). If it raises, what is called
gets a generator that gives what came before that and raises then, so it may fail earlier, as it does in CPython, and has seen
as much::

    sum(f(x) for x in xs)       i: iterate over xs
                                L: append f(x) to items, next x          errors go to M
                                C: sum(what)                             what: items, or from M
                                M: what := ended_by(items, error), to C
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from cascade_compiler.csc import comprehensions
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Handler, Ref
from cascade_grammar import tree
from cascade_vm.arguments import name_of_call
from cascade_vm.library import VALUES

__all__ = ["Callee", "Generator", "Reader", "arguments_of", "called", "called_built_in", "in_lists", "may_change_things"]

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
    frame: Frame, arguments: tuple[tree.Argument, ...], callee: Callee, reads: Reader | None = None
) -> tuple[tuple[Ref, ...], tuple[str, ...]]:
    """The arguments and their forms; no forms when all go by position. What ``reads`` generators is called with one that
    raises; else the call is not made then."""
    given = [argument for argument in arguments if argument.form in ("", "*")]
    named = [argument for argument in arguments if argument.form not in ("", "*")]
    only = len(given) == 1
    refs: list[Ref | Generator] = []
    for position, argument in enumerate(given):
        later = (*given[position + 1 :], *named)
        at_once = not only and any(may_change_things(each.value) for each in later)
        waits = only if argument.form else reads is not None
        refs.append(_positional(frame, argument, at_once, waits))
    if _merges_early(named):
        refs.append(_merged(frame, named, callee))
        named = [tree.Argument(named[0].span, named[0].value, "**")]
    else:
        refs += [frame.value(argument.value) for argument in named]
    arguments = (*given, *named)
    forms = tuple(argument.form for argument in arguments)
    return tuple((reads or in_lists)(frame, refs, forms)), forms if any(forms) else ()


def _positional(frame: Frame, argument: tree.Argument, at_once: bool, waits: bool) -> Ref | Generator:
    """An argument by position. Items of ``*a`` are taken ``at_once`` if a later argument is evaluated, which might change
    them, unless there is no other by position. A generator that ``waits`` runs when all arguments are evaluated."""
    value, span = argument.value, argument.span
    if waits and comprehensions.is_generator(value):
        return Generator(value, comprehensions.first_iteration(frame, value.clauses))
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


class Generator:
    """A generator expression that is about to run."""

    def __init__(self, expression: tree.Comprehension, first: Ref) -> None:
        self.expression = expression
        self._first = first
        self._around: Handler | None = None

    def read(self, frame: Frame, items: Ref | None = None, take: Taking | None = None, done: Ending | None = None) -> Ref:
        """Its items, or what stands for it when it raises. ``take`` says what becomes of each, instead of being added to
        ``items`` (given, or a new list), ``done`` writes what comes after the last."""
        span, element = self.expression.span, self.expression.element
        whole = frame.operate("build_list", span) if items is None else items
        caught, merge, error = frame.label(), frame.label(), frame.temporary("caught")
        # What programs can not catch passes through here too when a `finally` waits for it further out.
        self._around = frame.handler
        passes = frame.handler is not None and frame.handler.cleanup

        def keep(head: Label) -> None:
            item = frame.value(element)
            if take is None:
                frame.operate("append", element.span, whole, item)
            else:
                take(item, head)

        with frame.guarded(Handler(caught, error, cleanup=passes), span):
            comprehensions.loop_over(frame, self.expression.clauses, self._first, keep)
        if done is not None:
            done()
        frame.jump(merge, span, whole)
        frame.start(caught, span)
        frame.jump(merge, span, frame.operate("ended_by", span, whole, frame.load(error, span)))
        return frame.merge(merge, span)

    @contextmanager
    def outside(self, frame: Frame) -> Iterator[None]:
        """What is written inside, for an item, is not the generator's: its errors are those of what is called."""
        inside = frame.handler
        frame.set_handler(self._around, self.expression.span)
        yield
        frame.set_handler(inside, self.expression.span)


Taking: TypeAlias = "Callable[[Ref, Label], object]"
"""Writes what becomes of an item; the next one is asked for at the label."""

Ending: TypeAlias = "Callable[[], object]"

Reader: TypeAlias = "Callable[[Frame, Sequence[Ref | Generator], Sequence[str]], Sequence[Ref]]"
"""Writes what reads generators among arguments, which are given with their forms."""


def in_lists(frame: Frame, refs: Sequence[Ref | Generator], _forms: Sequence[str]) -> list[Ref]:
    """Read generators as what is called reads whole before it does anything else."""
    return [ref.read(frame) if isinstance(ref, Generator) else ref for ref in refs]
