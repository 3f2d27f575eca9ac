"""``match``: each case tries its pattern on the subject, then binds the names, then asks the guard, as CPython does."""

from __future__ import annotations

from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.csc.drafts import Label
from cascade_compiler.graph import Ref
from cascade_compiler.python import nodes
from cascade_compiler.python.frames import PythonFrame
from cascade_compiler.python.values import built_in
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["match_statement"]


def match_statement(frame: PythonFrame, statement: nodes.Match) -> None:
    """The whole statement; when no case fits, nothing happens."""
    subject = frame.value(statement.subject)
    end = frame.label()
    for case in statement.cases:
        if frame.is_open:
            _case(frame, case, subject, end)
    frame.start(end, statement.subject.span)


def _case(frame: PythonFrame, case: nodes.Case, subject: Ref, end: Label) -> None:
    span, other = case.pattern.span, frame.label()
    attempt = _Attempt(frame)
    attempt.match(case.pattern, subject, other)
    attempt.bind(span)
    if case.guard is not None:
        holds = frame.label()
        frame.branch(case.guard, holds, other)
        frame.start(holds, case.guard.span)
    frame.run(case.body.statements)
    frame.jump(end, span)
    frame.start(other, span)


class _Attempt:
    """One case. What its pattern captures is kept aside until all of it fits: ``captured`` has a variable for each name."""

    def __init__(self, frame: PythonFrame) -> None:
        self.frame = frame
        self.captured: dict[str, str] = {}

    def bind(self, span: Span) -> None:
        """The pattern fits: its names get their values."""
        for name, kept in self.captured.items():
            variable = self.frame.variable(name)
            assert variable is not None
            self.frame.store(variable, self.frame.load(kept, span), span)

    def keep(self, name: tree.Identifier, value: Ref) -> None:
        if name.text not in self.captured:
            self.captured[name.text] = self.frame.temporary("m")
        self.frame.store(self.captured[name.text], value, name.span)

    def need(self, condition: Ref, span: Span, other: Label) -> None:
        """Go on if the condition holds, else to ``other``."""
        holds = self.frame.label()
        self.frame.end(graph.BranchOn, span, condition, holds, other)
        self.frame.start(holds, span)

    def match(self, pattern: nodes.Pattern, subject: Ref, other: Label) -> None:
        """Go on if the pattern fits, else to ``other``."""
        frame, span = self.frame, pattern.span
        match pattern:
            case nodes.ValuePattern(value=value, by_identity=by_identity):
                operation = "is" if by_identity else "=="
                self.need(frame.operate(operation, span, subject, frame.value(value)), span, other)
            case nodes.Capture(pattern=inner, name=name):
                if inner is not None:
                    self.match(inner, subject, other)
                if name is not None:
                    self.keep(name, subject)
            case nodes.SequencePattern():
                self.sequence(pattern, subject, other)
            case nodes.MappingPattern():
                self.mapping(pattern, subject, other)
            case nodes.ClassPattern(kind=kind, pattern=inner):
                self.need(frame.operate("isinstance", span, subject, built_in(frame, kind.name, kind.span)), span, other)
                if inner is not None:
                    self.match(inner, subject, other)
            case nodes.OrPattern():
                self.alternatives(pattern, subject, other)
            case nodes.Rest():
                raise AssertionError("a star outside of a sequence pattern passed the parser")
            case _:
                assert_never(pattern)

    def alternatives(self, pattern: nodes.OrPattern, subject: Ref, other: Label) -> None:
        fits = self.frame.label()
        for alternative in pattern.alternatives[:-1]:
            next_one = self.frame.label()
            self.match(alternative, subject, next_one)
            self.frame.jump(fits, alternative.span)
            self.frame.start(next_one, alternative.span)
        if self.frame.is_open:
            self.match(pattern.alternatives[-1], subject, other)
        self.frame.start(fits, pattern.span)

    def sequence(self, pattern: nodes.SequencePattern, subject: Ref, other: Label) -> None:
        frame, span, items = self.frame, pattern.span, pattern.items
        self.need(frame.operate("is_sequence", span, subject), span, other)
        star = next((number for number, item in enumerate(items) if isinstance(item, nodes.Rest)), -1)
        least = len(items) - (star >= 0)
        if star < 0 or least:
            length = frame.operate("len", span, subject)
            operation = ">=" if star >= 0 else "=="
            self.need(frame.operate(operation, span, length, frame.constant(least, span)), span, other)
        if all(_takes_nothing(item) for item in items):
            return
        variables = tuple(frame.temporary("u") for _ in items)
        frame.add(graph.UnpackInto, span, variables, star, subject)
        for item, variable in zip(items, variables, strict=True):
            if isinstance(item, nodes.Rest):
                if item.name is not None:
                    self.keep(item.name, frame.load(variable, item.span))
            elif not _takes_nothing(item) and frame.is_open:
                self.match(item, frame.load(variable, item.span), other)

    def mapping(self, pattern: nodes.MappingPattern, subject: Ref, other: Label) -> None:
        """All keys are looked up before the first value is looked at."""
        frame, span = self.frame, pattern.span
        self.need(frame.operate("is_mapping", span, subject), span, other)
        if pattern.keys:
            length = frame.operate("len", span, subject)
            self.need(frame.operate(">=", span, length, frame.constant(len(pattern.keys), span)), span, other)
        keys = [frame.value(key) for key in pattern.keys]
        found: list[Ref] = []
        for key in keys:
            self.need(frame.operate("in", span, key, subject), span, other)
            found.append(frame.operate("[]", span, subject, key))
        for inner, value in zip(pattern.patterns, found, strict=True):
            if frame.is_open:
                self.match(inner, value, other)
        if pattern.rest is not None and frame.is_open:
            rest = frame.operate("dict", span, subject)
            for key in keys:
                frame.operate("del []", span, rest, key)
            self.keep(pattern.rest, rest)


def _takes_nothing(pattern: nodes.Pattern) -> bool:
    """Whether this is ``_`` or ``*_``."""
    match pattern:
        case nodes.Capture(pattern=None, name=None) | nodes.Rest(name=None):
            return True
        case _:
            return False
