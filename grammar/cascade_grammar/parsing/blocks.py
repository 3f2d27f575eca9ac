"""Typed statements that have a suite, flows, and the file itself.

The grammar reads each ``word …:`` with its suite alone. Here an ``else`` finds its ``if``, and a statement that stands where it
can not stand is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from msgspec.structs import replace

from cascade_grammar import tree
from cascade_grammar.parsing import brackets
from cascade_grammar.parsing.branches import Branch, Child, Handler, span_of
from cascade_grammar.parsing.complaints import Complaints
from cascade_grammar.parsing.expressions import Expressions
from cascade_grammar.parsing.statements import Statements
from cascade_grammar.parsing.tokens import Token
from cascade_grammar.parsing.types import type_of
from cascade_grammar.spans import Span

__all__ = ["Blocks", "Head", "Line"]


@dataclass(slots=True)
class Head:
    """``word value as label:`` with its suite, not yet joined with the others of its statement."""

    word: str
    span: Span
    word_span: Span
    value: Child | None
    label: tree.Identifier | None
    body: tree.Suite
    notes: tree.Notes


Line = tree.Statement | tree.Declaration | tree.State | Head
_PLACES = {
    tree.State: "a state stands directly in a flow",
    tree.FlowDeclaration: "a flow stands at the left margin, not inside another",
    tree.ImportTasks: "imports stand at the left margin, above the flows",
    tree.ImportFlows: "imports stand at the left margin, above the flows",
    tree.ConstDeclaration: "a constant stands at the left margin, not in a flow",
    tree.Strict: "`strict` stands at the top of the file",
}


class Blocks:
    """Builds the compound statements and declarations of one source."""

    def __init__(self, complaints: Complaints, expressions: Expressions, notes: Mapping[int, tree.Notes]) -> None:
        self.complaints = complaints
        self.expressions = expressions
        self.statements = Statements(complaints, expressions, notes)
        self.handlers: dict[str, Handler] = {
            "block": self._block,
            "for_block": self._for,
            "parallel_block": self._parallel,
            "declaration": self._declaration,
            "parameter": self._parameter,
            "suite": self._suite,
            **self.statements.handlers,
        }
        self._joins: dict[str, Callable[[Head, list[Head]], tree.Statement]] = {
            "if": self._join_if,
            "while": self._join_while,
            "loop": self._join_loop,
            "try": self._join_try,
        }

    # --- heads and suites

    def _block(self, branch: Branch) -> Head:
        parts = branch.children
        word = cast(Token, parts[0])
        label = self._label(parts)
        second = parts[1]
        value = None if type(second) is Token and second.type in ("COLON", "AS") else second
        notes = self.statements.notes_at(branch)
        return Head(word.text, span_of(branch), span_of(word), value, label, self._body(branch), notes)

    def _label(self, parts: Sequence[Child]) -> tree.Identifier | None:
        at = parts[-4] if len(parts) > 4 else None
        if type(at) is Token and at.type == "AS":
            return self.expressions.identifier(parts[-3])
        return None

    def _body(self, branch: Branch) -> tree.Suite:
        lines, after = cast("tuple[list[Line], tuple[str | None, ...]]", cast(Branch, branch.children[-1]).node)
        statements = self._only_statements(self.join(lines))
        span = Span(branch.children[-1].start, branch.end)
        if statements:
            span = statements[0].span.to(statements[-1].span)
        return tree.Suite(span, statements, after)

    def _suite(self, branch: Branch) -> tuple[list[Line], tuple[str | None, ...]]:
        """The lines, not yet joined: a flow and an `if` treat them differently."""
        lines = [cast(Line, child.node) for child in branch.children if type(child) is Branch]
        last = cast(Token, branch.children[-1])
        branch.end = branch.children[-2].end
        return lines, last.after

    def _only_statements(self, lines: Sequence[tree.Statement | tree.Declaration | tree.State]) -> tuple[tree.Statement, ...]:
        statements: list[tree.Statement] = []
        for line in lines:
            place = _PLACES.get(type(line))
            if place:
                self.complaints.add("CS123", self._first_line(line.span), place)
            else:
                statements.append(cast(tree.Statement, line))
        return tuple(statements)

    def _first_line(self, span: Span) -> Span:
        end = self.complaints.source.text.find("\n", span.start)
        return span if end < 0 else Span(span.start, min(end, span.end))

    # --- joining heads

    def join(self, lines: Sequence[Line]) -> list[tree.Statement | tree.Declaration | tree.State]:
        """Statements, each head with those that continue it."""
        joined: list[tree.Statement | tree.Declaration | tree.State] = []
        index = 0
        while index < len(lines):
            line = lines[index]
            index += 1
            if isinstance(line, tree.For):
                follow = lines[index] if index < len(lines) else None
                if isinstance(follow, Head) and follow.word == "else":
                    index += 1
                    joined.append(replace(line, otherwise=self._otherwise(follow), span=line.span.to(follow.span)))
                else:
                    joined.append(line)
            elif not isinstance(line, Head):
                joined.append(line)
            elif line.word not in self._joins:
                self._orphan(line)
            else:
                followers: list[Head] = []
                while index < len(lines) and _continues(line, followers, lines[index]):
                    followers.append(cast(Head, lines[index]))
                    index += 1
                joined.append(self._joins[line.word](line, followers))
        return joined

    def _orphan(self, head: Head) -> None:
        owner = {"elif": "`if`", "else": "`if`, `for`, `while` or `try`"}.get(head.word, "`try`")
        message = f"this `{head.word}` has no {owner} before it at the same indentation"
        hint = "an `else` comes last, after every `elif` and `except`" if head.word in ("elif", "except") else None
        self.complaints.add("CS124", head.word_span, message, hint)

    def _condition(self, head: Head) -> tree.Expression:
        if head.value is None:
            self.complaints.add("CS125", head.word_span, f"`{head.word}` needs a condition")
            return tree.Literal(head.word_span, None)
        return self.statements.single(head.value, "a condition")

    def _bare(self, head: Head, *, label: bool = False) -> None:
        """Nothing may stand between the word and the colon."""
        if head.value is not None:
            hint = "write `elif …:` for another condition" if head.word == "else" else None
            self.complaints.add("CS125", span_of(head.value), f"`{head.word}` takes no value", hint)
        if head.label is not None and not label:
            self.complaints.add("CS125", head.label.span, f"`{head.word}` takes no label; loops do")

    def _otherwise(self, head: Head) -> tree.Otherwise:
        self._bare(head)
        return tree.Otherwise(head.span, head.body, head.notes)

    def _join_if(self, head: Head, followers: list[Head]) -> tree.Statement:
        arms: list[tree.Arm] = []
        otherwise: tree.Otherwise | None = None
        for arm in [head, *followers]:
            if arm.word == "else":
                otherwise = self._otherwise(arm)
                continue
            if arm.label is not None:
                self.complaints.add("CS125", arm.label.span, f"`{arm.word}` takes no label; loops do")
            notes = arm.notes if arm is not head else tree.NO_NOTES
            arms.append(tree.Arm(arm.span, self._condition(arm), arm.body, notes))
        span = head.span.to(followers[-1].span) if followers else head.span
        return tree.If(span, tuple(arms), otherwise, notes=head.notes)

    def _join_while(self, head: Head, followers: list[Head]) -> tree.Statement:
        otherwise = self._otherwise(followers[0]) if followers else None
        span = head.span.to(followers[0].span) if followers else head.span
        return tree.While(span, self._condition(head), head.label, head.body, otherwise, notes=head.notes)

    def _join_loop(self, head: Head, _: list[Head]) -> tree.Statement:
        self._bare(head, label=True)
        return tree.Loop(head.span, head.label, head.body, notes=head.notes)

    def _join_try(self, head: Head, followers: list[Head]) -> tree.Statement:
        self._bare(head)
        handlers = tuple(self._except(part) for part in followers if part.word == "except")
        final = next((self._otherwise(part) for part in followers if part.word == "finally"), None)
        alternative = next((part for part in followers if part.word == "else"), None)
        otherwise = self._otherwise(alternative) if alternative else None
        if alternative and not handlers:
            self.complaints.add("CS124", alternative.word_span, "the `else` of a `try` follows its `except`")
        elif not handlers and not final:
            self.complaints.add("CS124", head.word_span, "this `try` has neither `except` nor `finally`")
        bare = [part.value is None for part in followers if part.word == "except"]
        for handler, alone in zip(handlers[:-1], bare, strict=False):
            if alone:
                self.complaints.add("CS124", self._first_line(handler.span), "`except:` takes every error, so it comes last")
        span = head.span.to(followers[-1].span) if followers else head.span
        return tree.Try(span, head.body, handlers, otherwise, final, notes=head.notes)

    def _except(self, head: Head) -> tree.Except:
        kinds: list[tree.Identifier] = []
        if head.value is not None:
            value = self.expressions.value(head.value)
            for kind in value.items if isinstance(value, tree.TupleDisplay) else (value,):
                if isinstance(kind, tree.Name):
                    kinds.append(tree.Identifier(kind.span, kind.id))
                else:
                    self.complaints.add("CS125", kind.span, "`except` is followed by names of errors")
        return tree.Except(head.span, tuple(kinds), head.label, head.body, head.notes)

    # --- for, parallel

    def _for(self, branch: Branch) -> tree.Statement:
        parts = branch.children
        at = next(i for i, part in enumerate(parts) if type(part) is Token and part.type == "IN")
        target = self.expressions.targets(parts[1:at])
        brackets.check_target(self.expressions, target)
        iterable = self.expressions.whole(parts[at + 1])
        notes = self.statements.notes_at(branch)
        return tree.For(span_of(branch), target, iterable, self._label(parts), self._body(branch), None, notes=notes)

    def _parallel(self, branch: Branch) -> tree.Statement:
        limit = self.expressions.value(branch.children[2]) if len(branch.children) > 3 else None
        return tree.Parallel(span_of(branch), limit, self._body(branch), notes=self.statements.notes_at(branch))

    # --- flows and states

    def _parameter(self, branch: Branch) -> tree.Parameter:
        parts = branch.children
        written: tree.TypeName | None = None
        default: tree.Expression | None = None
        for sign, child in zip(parts[1::2], parts[2::2], strict=True):
            if cast(Token, sign).type == "COLON":
                written = type_of(self.complaints, self.expressions.value(child))
            else:
                default = self.expressions.value(child)
        return tree.Parameter(span_of(branch), self.expressions.identifier(parts[0]), written, default)

    def _declaration(self, branch: Branch) -> tree.FlowDeclaration | tree.State:
        parts = branch.children
        name = self.expressions.identifier(parts[1])
        parameters: tuple[tree.Parameter, ...] = ()
        returns: tree.TypeName | None = None
        for index, part in enumerate(parts):
            if type(part) is Branch and part.data == "parameters":
                parameters = tuple(cast(tree.Parameter, cast(Branch, p).node) for p in part.children[::2])
            elif type(part) is Token and part.type == "ARROW":
                returns = type_of(self.complaints, self.expressions.value(parts[index + 1]))
        self._check_parameters(parameters)
        notes = self.statements.notes_at(branch)
        if cast(Token, parts[0]).text == "flow":
            return self._flow(branch, name, parameters, returns, notes)
        if returns:
            self.complaints.add("CS125", returns.span, "a state returns for its flow, and has no type of its own")
        return tree.State(span_of(branch), name, parameters, self._body(branch), notes=notes)

    def _check_parameters(self, parameters: tuple[tree.Parameter, ...]) -> None:
        optional: tree.Parameter | None = None
        for parameter in parameters:
            if parameter.default is not None:
                optional = parameter
            elif optional is not None:
                message = f"`{parameter.name.text}` without a default follows `{optional.name.text}`, which has one"
                self.complaints.add("CS126", parameter.span, message, "put the parameters with defaults last")

    def _flow(
        self,
        branch: Branch,
        name: tree.Identifier,
        parameters: tuple[tree.Parameter, ...],
        returns: tree.TypeName | None,
        notes: tree.Notes,
    ) -> tree.FlowDeclaration:
        lines, after = cast("tuple[list[Line], tuple[str | None, ...]]", cast(Branch, branch.children[-1]).node)
        doc, lines, after = self._take_doc(lines, after)
        joined = self.join(lines)
        states = tuple(line for line in joined if isinstance(line, tree.State))
        statements = self._only_statements([line for line in joined if not isinstance(line, tree.State)])
        if states:
            for statement in statements:
                if statement.span.start > states[0].span.start:
                    message = "a flow's own statements stand before its first state"
                    self.complaints.add("CS123", self._first_line(statement.span), message, "indent it, or move it up")
        return tree.FlowDeclaration(
            span_of(branch), name, parameters, returns, doc, statements, states, after, notes=notes
        )  # fmt: skip

    def _take_doc(
        self, lines: list[Line], after: tuple[str | None, ...]
    ) -> tuple[tree.Literal | None, list[Line], tuple[str | None, ...]]:
        """A docstring has no notes: the comments around it go to the line below."""
        first = lines[0] if lines else None
        if not isinstance(first, tree.Evaluate) or not isinstance(first.value, tree.Literal):
            return None, lines, after
        if not isinstance(first.value.value, str):
            return None, lines, after
        moved = _without_blanks(first.notes.before) + (() if first.notes.beside is None else (first.notes.beside,))
        rest = lines[1:]
        if moved and rest:
            rest[0] = _with_comments(rest[0], moved)
        elif moved:
            after = moved + after
        return first.value, rest, after

    # --- the file

    def module(self, root: Branch, after: tuple[str | None, ...]) -> tree.Module:
        """The file from its lines."""
        lines = [cast(Line, child.node) for child in root.children if type(child) is Branch]
        header: tuple[str | None, ...] = ()
        if lines and isinstance(lines[0], tree.Evaluate) and isinstance(lines[0].value, tree.Literal):
            header = _without_blanks(lines[0].notes.before)
            if isinstance(lines[0].value.value, str):
                lines[0] = replace(lines[0], notes=replace(lines[0].notes, before=()))
        doc, lines, after = self._take_doc(lines, after)
        declarations: list[tree.Declaration] = []
        for line in self.join(lines):
            if isinstance(line, tree.State):
                self.complaints.add("CS123", self._first_line(line.span), _PLACES[tree.State])
            elif isinstance(line, _DECLARATIONS):
                if isinstance(line, tree.Strict) and declarations:
                    self.complaints.add("CS123", line.span, _PLACES[tree.Strict])
                declarations.append(line)
            elif not self.complaints.has_at(line.span.start):  # a lost indentation has been told
                hint = "put it into a flow: `flow main():`"
                self.complaints.add("CS123", self._first_line(line.span), "a statement stands outside every flow", hint)
        span = Span(0, len(self.complaints.source.text))
        return tree.Module(span, doc, _layout_blanks(declarations), header if doc else (), after)


_DECLARATIONS = (tree.ImportTasks, tree.ImportFlows, tree.ConstDeclaration, tree.Strict, tree.FlowDeclaration)


_FOLLOWS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("if", "if"): ("elif", "else"),
    ("if", "elif"): ("elif", "else"),
    ("while", "while"): ("else",),
    ("try", "try"): ("except", "else", "finally"),
    ("try", "except"): ("except", "else", "finally"),
    ("try", "else"): ("finally",),
}
"""The words that may follow, by the first word of the statement and the last one that was read."""


def _continues(head: Head, followers: list[Head], line: Line) -> bool:
    last = followers[-1].word if followers else head.word
    return isinstance(line, Head) and line.word in _FOLLOWS.get((head.word, last), ())


def _with_comments(line: Line, comments: tuple[str | None, ...]) -> Line:
    notes = line.notes
    if notes.blank:
        comments = (*_without_blanks(comments), None)
    moved = replace(notes, before=comments + notes.before, blank=False)
    if isinstance(line, Head):
        line.notes = moved
        return line
    return replace(line, notes=moved)


def _without_blanks(comments: tuple[str | None, ...]) -> tuple[str | None, ...]:
    while comments and comments[-1] is None:
        comments = comments[:-1]
    return comments


def _layout_blanks(declarations: list[tree.Declaration]) -> tuple[tree.Declaration, ...]:
    """Beside a flow, and at the start, formatting alone decides on blank lines."""
    laid: list[tree.Declaration] = []
    for index, line in enumerate(declarations):
        decided = index == 0 or isinstance(line, tree.FlowDeclaration) or isinstance(laid[-1], tree.FlowDeclaration)
        if decided and line.notes.blank:
            line = replace(line, notes=replace(line.notes, blank=False))
        laid.append(line)
    return tuple(laid)
