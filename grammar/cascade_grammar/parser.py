"""From text to syntax tree: `parse_module`. The only file of the project that knows lark.

    text ── scan ──► logical lines of tokens ── LALR parser ──► branches ── builders ──► tree

The parser is fed token by token. For each logical line the height of its stack is remembered, so that after an error the line
can be taken back and the rest is read as if it were not there: one run finds the errors of the whole file. What was wrong is
put into words by `parsing.explanations`, what is read instead is chosen by `parsing.repairs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from lark import Lark
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from cascade_grammar import tree
from cascade_grammar.diagnostics import Diagnostic, SourceErrors
from cascade_grammar.parsing.blocks import Blocks
from cascade_grammar.parsing.branches import Branch, fill
from cascade_grammar.parsing.complaints import Complaints
from cascade_grammar.parsing.explanations import explain
from cascade_grammar.parsing.expressions import Expressions
from cascade_grammar.parsing.repairs import emptied_suite, header_instead, missing_before
from cascade_grammar.parsing.scanner import scan
from cascade_grammar.parsing.tokens import Line, Token
from cascade_grammar.spans import Source

__all__ = ["parse_module"]

MOST_ERRORS: Final = 100
"""After so many errors the rest of a file is not read: what would be found is noise."""


def parse_module(source: Source) -> tree.Module:
    """The syntax tree of a file. Raises `SourceErrors` with everything that is wrong, in the order of the text."""
    found = scan(source)
    complaints = Complaints(source, found.diagnostics)
    root = _Reading(complaints, found.lines).read()
    expressions = Expressions(complaints)
    blocks = Blocks(complaints, expressions, found.notes)
    fill(root, {**expressions.handlers, **blocks.handlers})
    module = blocks.module(root, found.after)
    if complaints.found:
        raise SourceErrors(_worth_saying(complaints.found))
    return module


def _worth_saying(found: list[Diagnostic]) -> list[Diagnostic]:
    """In the order of the text, each once; where tabs and spaces are mixed no other indentation can be judged."""
    mixed = any(diagnostic.code == "CS108" for diagnostic in found)
    kept = [d for d in dict.fromkeys(found) if not (mixed and d.code in ("CS105", "CS106", "CS107", "CS124"))]
    return sorted(kept, key=lambda diagnostic: diagnostic.span)


class _NoLexer(Lexer):
    """The scanner makes the tokens: lark is only fed."""

    def __init__(self, _: object) -> None:
        pass

    def lex(self, *_: object) -> Iterator[Any]:
        return iter(())


@cache
def _lark() -> Lark:
    """The parser's tables, once per process."""
    grammar = (files("cascade_grammar") / "csc.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer=_NoLexer,
        start="module",
        keep_all_tokens=True,
        maybe_placeholders=False,
        tree_class=Branch,
    )


class _Reading:
    """One way through the lines of a source."""

    def __init__(self, complaints: Complaints, lines: list[Line]) -> None:
        self.complaints = complaints
        self.lines = lines
        self.state = _lark().parse_interactive().parser_state
        self.tables = cast("Mapping[Any, Mapping[str, Any]]", self.state.parse_conf.states)
        self.errors = 0

    def read(self) -> Branch:
        """The branch of the whole file, without the lines that make no sense."""
        at = 0
        while at < len(self.lines) and self.errors < MOST_ERRORS:
            at = self._read_line(at)
        return self._end()

    def _end(self) -> Branch:
        place = self.lines[-1][-1].end if self.lines else 0
        end = Token("$END", "", place, place)
        while True:
            try:
                return cast(Branch, self.state.feed_token(cast(Any, end), True))
            except UnexpectedToken as error:
                self._complain(error, [end], end)
                if not self._insert(missing_before(end, self._accepts)):
                    return Branch("module", [])

    def _read_line(self, at: int) -> int:
        """Feed a line; where the next one is."""
        line = self.lines[at]
        feed = self.state.feed_token
        height = 0
        token = line[0]
        try:
            for token in line:
                feed(cast(Any, token))
                height = height or len(self.state.state_stack) - 1
        except UnexpectedToken as error:
            return self._recover(error, at, token, height)
        return at + 1

    # --- errors

    def _complain(self, error: UnexpectedToken, line: Line, token: Token) -> None:
        self.errors += 1
        complaint = explain(line, token, frozenset(error.expected), self._accepts)
        if complaint is not None:
            self.complaints.add(*complaint)

    def _recover(self, error: UnexpectedToken, at: int, token: Token, height: int) -> int:
        """Take the line back and go on below it; where that is."""
        line = self.lines[at]
        first = token is line[0]
        if self._insert(emptied_suite(token, self._accepts)):
            return at
        self._complain(error, line, token)
        if first and self._insert(missing_before(token, self._accepts)):
            return at
        if token.type == "INDENT":
            self._drop_dedent(at)
            return at + 1
        if not first:
            del self.state.state_stack[height:]
            del self.state.value_stack[height - 1 :]
        below = self.lines[at + 1][0].type if at + 1 < len(self.lines) else ""
        margin = self.complaints.source.position(line[0].start)[1] == 0
        if below == "INDENT" and not self._insert(header_instead(line, token, self._accepts, margin=margin)):
            return self._behind_block(at + 1)
        return at + 1

    def _accepts(self, kinds: tuple[str, ...]) -> bool:
        """Whether tokens of these kinds could follow here."""
        stack = list(self.state.state_stack)
        for kind in kinds:
            while True:
                action = self.tables[stack[-1]].get(kind)
                if action is None:
                    return False
                if not hasattr(action[1], "expansion"):
                    stack.append(action[1])
                    break
                rule = action[1]
                if rule.expansion:
                    del stack[-len(rule.expansion) :]
                stack.append(self.tables[stack[-1]][rule.origin.name][1])
        return True

    def _insert(self, line: Line) -> bool:
        """Feed tokens that stand nowhere in the text; whether there were any."""
        for token in line:
            self.state.feed_token(cast(Any, token))
        return bool(line)

    def _drop_dedent(self, at: int) -> None:
        """The block that begins at an INDENT is read as if it stood where the lines above do."""
        end = self._behind_block(at) - 1
        if end < len(self.lines) and self.lines[end][0].type == "DEDENT":
            del self.lines[end]

    def _behind_block(self, at: int) -> int:
        """The line behind the block whose INDENT is here."""
        depth = 0
        while at < len(self.lines):
            kind = self.lines[at][0].type
            depth += (kind == "INDENT") - (kind == "DEDENT")
            at += 1
            if depth == 0:
                break
        return at
