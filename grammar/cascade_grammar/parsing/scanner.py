"""The scanner: a text becomes logical lines of tokens, with INDENT and DEDENT, and comments are put aside as notes.

It reports what is wrong with single tokens, brackets and indentation, and always ends: a line that it can not make sense of
ends in a BROKEN token, which no rule of the grammar accepts. It knows no statements, except that some words begin one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from cascade_grammar.diagnostics import Diagnostic
from cascade_grammar.parsing.comments import Margin
from cascade_grammar.parsing.reading import TokenReader
from cascade_grammar.parsing.tokens import Line, Token
from cascade_grammar.spans import Source
from cascade_grammar.tree import Notes

__all__ = ["Scan", "scan"]

DEEPEST_INDENTATION: Final = 100
LONGEST_STATEMENT: Final = 25_000
"""Tokens: a second of reading. More is data, and a megabyte of it would take most of a minute."""
_MOST_RESTARTS: Final = 10

_TOKEN: Final = re.compile(
    r"""(?:[ \t\f]|\\\n)*(?:
      (?P<string>(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?(?:"(?:"")?|'(?:'')?))
    | (?P<word>[^\W\d]\w*)
    | (?P<number>0[xXoObB]\w*|\.?[0-9](?:[eE][+-][0-9]|\w|\.(?!\.))*)
    | (?P<newline>\n)
    | (?P<sign>\*\*=?|//=?|>>=?|<<=?|\.\.\.|[-+*/%@&|^!=<>]=|->|:=|[-+*/%@&|^~<>=.,:;()\[\]{}!?])
    | (?P<comment>\#[^\n]*)
    | (?P<other>[^\n])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_BLANKS: Final = re.compile(r"[ \t\f]*")
_BEGINS_STATEMENT: Final = re.compile(
    r"[ \t]*(?:flow|state|return|fail|del|pass|break|continue|assert|jump|sleep|emit|while|loop|try|except|finally|const"
    r"|elif|import)\b(?!\s*(?:=[^=]|[,)\]}]))"
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scanner found. ``notes`` is keyed by the offset at which a logical line begins; ``after`` are the comment
    lines at the end of the text."""

    lines: list[Line]
    notes: dict[int, Notes]
    after: tuple[str | None, ...]
    diagnostics: list[Diagnostic]


def scan(source: Source) -> Scan:
    """The logical lines of a text."""
    scanner = _Scanner(source)
    scanner.run()
    return Scan(scanner.lines, scanner.notes, scanner.after, scanner.diagnostics)


@dataclass(slots=True)
class _Scanner(TokenReader):
    lines: list[Line] = field(default_factory=list)
    indents: list[int] = field(default_factory=lambda: [0])
    margin: Margin = field(default_factory=Margin)
    notes: dict[int, Notes] = field(default_factory=dict)
    after: tuple[str | None, ...] = ()
    restarts: int = 0
    indented_with: str = ""
    indented: bool = False

    def run(self) -> None:
        while self._begin_line():
            self._read_line()
        while len(self.indents) > 1:
            self._dedent(self.indents.pop())
        self.after = self.margin.take_rest()

    # --- lines and indentation

    def _begin_line(self) -> bool:
        """Pass blank lines and comment lines, then settle the indentation of the next one. False at the end of the text."""
        text, margin = self.text, self.margin
        while True:
            start = self.pos
            begin = _BLANKS.match(text, start).end()  # type: ignore[union-attr]
            first = text[begin : begin + 1]
            if not first:
                self.pos = begin
                return False
            if first == "\n":
                margin.add_blank()
                self.pos = begin + 1
            elif first == "#":
                end = text.find("\n", begin)
                end = len(text) if end < 0 else end
                margin.add_comment(self._column(text[start:begin]), text[begin + 1 : end])
                self.pos = end + 1 if end < len(text) else end
            else:
                self._indent(start, begin)
                self.pos = begin
                return True

    @staticmethod
    def _column(blanks: str) -> int:
        return len(blanks.expandtabs(8)) if "\t" in blanks else len(blanks)

    def _indent(self, start: int, begin: int) -> None:
        blanks = self.text[start:begin]
        self._check_tabs(start, blanks)
        column = self._column(blanks)
        self.indented = False
        if column > self.indents[-1]:
            self.indents.append(column)
            self.indented = True
            if len(self.indents) == DEEPEST_INDENTATION + 2:
                self.complain("CS113", start, begin, f"blocks are nested deeper than {DEEPEST_INDENTATION}")
            self.lines.append([Token("INDENT", "", start, begin)])
        while column < self.indents[-1]:
            if column > self.indents[-2]:
                message = "this line is indented less than the block above it, and more than the block around that"
                self.complain("CS107", start, begin, message, f"indent it by {self.indents[-2]} or {self.indents[-1]}")
                self.indents[-1] = column
                return
            self._dedent(self.indents.pop())

    def _dedent(self, column: int) -> None:
        place = self.lines[-1][-1].start
        self.lines.append([Token("DEDENT", "", place, place, self.margin.take_after(column))])

    def _check_tabs(self, start: int, blanks: str) -> None:
        kind = "".join(sorted(set(blanks) & {" ", "\t"}))
        if not kind or kind == self.indented_with:
            return
        if kind == "\t " or self.indented_with:
            message = "tabs and spaces are mixed in the indentation"
            if not any(d.code == "CS108" for d in self.diagnostics):
                self.complain("CS108", start, start + len(blanks), message, "indent every line with four spaces a level")
        else:
            self.indented_with = kind

    def _read_line(self) -> None:
        self.line, self.muted = [], False
        start = self.pos
        beside: str | None = None
        text, match = self.text, _TOKEN.match
        while True:
            if self.open and self.open[-1].kind in ("text", "spec"):
                self.read_text(self.open[-1])
                continue
            found = match(text, self.pos)
            assert found is not None
            kind = found.lastgroup
            assert kind is not None
            begin, self.pos = found.span(kind)
            if kind == "comment":
                if self.open:
                    self.margin.add_inner(text[begin + 1 : self.pos])
                else:
                    beside = text[begin + 1 : self.pos]
            elif kind == "newline" or kind == "end":
                if not self.open or self._leave_brackets(start, begin):
                    break
            else:
                self.read(kind, found.group(kind), begin)
        self._end_line(start, begin, beside)

    def _end_line(self, start: int, end: int, beside: str | None) -> None:
        if self.line:
            end = max(end, self.line[-1].end)
            if len(self.line) > LONGEST_STATEMENT:
                self._refuse_length()
            self.notes[start] = self.margin.take_notes(beside, after_indent=self.indented)
            self.line.append(Token("NEWLINE", "", end, end))
            self.lines.append(self.line)

    def _refuse_length(self) -> None:
        over = self.line[LONGEST_STATEMENT]
        if not self.muted:
            message = f"this statement has more than {LONGEST_STATEMENT:,} words and signs"
            self.complain("CS133", over.start, over.end, message, "put the data into a file, and let a task read it")
        self.line = [Token("BROKEN", "", self.line[0].start, self.line[0].start)]

    def _leave_brackets(self, start: int, end: int) -> bool:
        """At the end of a line inside brackets: whether the logical line ends too, for a bracket is surely not closed."""
        if self.pos < len(self.text) or end < self.pos:
            single = next((b for b in self.open if b.kind == "text" and len(b.quote) == 1), None)
            if not single and not _BEGINS_STATEMENT.match(self.text, self.pos):
                return False
        else:
            single = None
        opened = self.open[-1]
        if not self.muted:
            if opened.kind == "f{":
                message = "the `{` of this f-string is never closed"
                self.complain("CS112", opened.start, opened.start + 1, message, "write `{{` for a brace itself")
            else:
                self.complain("CS102", opened.start, opened.start + 1, f"this `{opened.kind[-1]}` is never closed")
            self.break_line(opened.start)
        first = self.open[0].start
        self.open.clear()
        if end == len(self.text) and self.restarts < _MOST_RESTARTS:
            # The rest of the text was swallowed: read on from the line below the first bracket.
            self.restarts += 1
            below = self.text.find("\n", first)
            self.pos = len(self.text) if below < 0 else below + 1
        return True
