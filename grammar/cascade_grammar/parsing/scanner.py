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
from cascade_grammar.parsing.foreign import RESERVED_FOREIGN
from cascade_grammar.parsing.numbers import classify_number
from cascade_grammar.parsing.texts import FORMATTED_TEXT, STRING_END
from cascade_grammar.parsing.tokens import KEYWORDS, SIGNS, Line, Token
from cascade_grammar.spans import Source, Span
from cascade_grammar.tree import Notes

__all__ = ["Scan", "scan"]

DEEPEST_BRACKETS: Final = 200
DEEPEST_INDENTATION: Final = 100
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
_ENDS_VALUE: Final = frozenset({"NAME", "LITERAL", "NUMBER", "DURATION", "STRING", "FEND", "RPAR", "RSQB", "RBRACE"})
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_CONVERSION: Final = re.compile(r"!([A-Za-z_]\w*)?")
_AFTER_DEBUG: Final = re.compile(r"=[ \t\n]*(?=[}!:])(?!==)")


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scanner found. ``notes`` is keyed by the offset at which a logical line begins; ``after`` are the comment
    lines at the end of the text."""

    lines: list[Line]
    notes: dict[int, Notes]
    after: tuple[str | None, ...]
    diagnostics: list[Diagnostic]


@dataclass(slots=True)
class _Open:
    """A bracket that is open, or the text of an f-string or of a format specification, which have their own way of reading.
    ``kind`` is "(", "[", "{", "f{" (a replacement), "text" or "spec"; ``quote`` and ``raw`` are those of the f-string."""

    kind: str
    start: int
    quote: str = ""
    raw: bool = False


def scan(source: Source) -> Scan:
    """The logical lines of a text."""
    scanner = _Scanner(source)
    scanner.run()
    return Scan(scanner.lines, scanner.notes, scanner.after, scanner.diagnostics)


@dataclass(slots=True)
class _Scanner:
    source: Source
    pos: int = 0
    lines: list[Line] = field(default_factory=list)
    line: Line = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    indents: list[int] = field(default_factory=lambda: [0])
    margin: Margin = field(default_factory=Margin)
    notes: dict[int, Notes] = field(default_factory=dict)
    after: tuple[str | None, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    muted: bool = False
    restarts: int = 0
    indented_with: str = ""
    indented: bool = False
    text: str = ""

    def run(self) -> None:
        self.text = self.source.text
        while self._begin_line():
            self._read_line()
        while len(self.indents) > 1:
            self._dedent(self.indents.pop())
        self.after = self.margin.take_rest()

    def complain(self, code: str, start: int, end: int, message: str, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, self.source, Span(start, end), message, hint))

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
        reader = {"string": self._string, "word": self._word, "number": self._number, "sign": self._sign, "other": self._other}
        text, match = self.text, _TOKEN.match
        while True:
            if self.open and self.open[-1].kind in ("text", "spec"):
                self._formatted_text(self.open[-1])
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
                reader[kind](found.group(kind), begin)
        self._end_line(start, begin, beside)

    def _end_line(self, start: int, end: int, beside: str | None) -> None:
        if self.line:
            end = max(end, self.line[-1].end)
            self.notes[start] = self.margin.take_notes(beside, after_indent=self.indented)
            self.line.append(Token("NEWLINE", "", end, end))
            self.lines.append(self.line)

    def _emit(self, kind: str, text: str, start: int, end: int) -> None:
        if not self.muted:
            self.line.append(Token(kind, text, start, end))

    def _break(self, start: int) -> None:
        """The rest of this line makes no sense."""
        if not self.muted:
            self.line.append(Token("BROKEN", "", start, start))
            self.muted = True

    # --- words, numbers, signs

    def _word(self, text: str, start: int) -> None:
        kind = KEYWORDS.get(text)
        if kind is None:
            kind = "FOREIGN" if text in RESERVED_FOREIGN else "NAME"
            line = self.line
            if (text == "timeout" or text == "limit") and line:
                before = line[-1].type
                if before in _ENDS_VALUE or (before == "PARALLEL" and text == "limit"):
                    kind = text.upper()
        elif kind == "HEAD" and self.line and (text == "if" or text == "else"):
            kind = text.upper()
        self._emit(kind, text, start, self.pos)

    def _number(self, text: str, start: int) -> None:
        kind, complaint = classify_number(text)
        if complaint:
            code, message, hint = complaint
            self.complain(code, start, self.pos, message, hint)
            text = "0" if kind == "NUMBER" else "0s"
        self._emit(kind, text, start, self.pos)

    def _other(self, text: str, start: int) -> None:
        shown = f"`{text}`" if text.isprintable() else f"the character U+{ord(text):04X}"
        hint = {"\\": "a backslash joins two lines only as the last character of one"}.get(text)
        self.complain("CS115", start, start + 1, f"{shown} can not stand in a program outside strings", hint)
        self._break(start)

    def _sign(self, text: str, start: int) -> None:
        if self.open and self.open[-1].kind == "f{" and self._replacement_sign(text, start):
            return
        if text in "([{":
            self._open_bracket(_Open(text, start))
            self._emit(SIGNS[text], text, start, self.pos)
        elif text in ")]}":
            self._close_bracket(text, start)
        elif text in SIGNS:
            self._emit(SIGNS[text], text, start, self.pos)
        else:
            self._emit("UNKNOWN", text, start, self.pos)

    def _open_bracket(self, bracket: _Open) -> None:
        self.open.append(bracket)
        if len(self.open) > DEEPEST_BRACKETS and not self.muted:
            message = f"brackets are nested deeper than {DEEPEST_BRACKETS}"
            self.complain("CS113", bracket.start, bracket.start + 1, message, "give a part of it a name of its own")
            self._break(bracket.start)

    def _close_bracket(self, text: str, start: int) -> None:
        if self.open and self.open[-1].kind == _CLOSING[text]:
            self.open.pop()
            self._emit(SIGNS[text], text, start, self.pos)
            return
        if not self.muted:
            if self.open:
                opened = self.open[-1]
                message = f"`{text}` does not close the `{opened.kind[-1]}` {self._where(opened.start)}"
            else:
                message = f"nothing was opened that `{text}` could close"
            self.complain("CS103", start, start + 1, message)
            self._break(start)
        if any(bracket.kind == _CLOSING[text] for bracket in self.open):
            while self.open.pop().kind != _CLOSING[text]:
                pass

    def _where(self, offset: int) -> str:
        line, column = self.source.position(offset)
        return f"opened at line {line}, column {column + 1}"

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
            self._break(opened.start)
        first = self.open[0].start
        self.open.clear()
        if end == len(self.text) and self.restarts < _MOST_RESTARTS:
            # The rest of the text was swallowed: read on from the line below the first bracket.
            self.restarts += 1
            below = self.text.find("\n", first)
            self.pos = len(self.text) if below < 0 else below + 1
        return True

    # --- strings

    def _string(self, opening: str, start: int) -> None:
        quote = opening.lstrip("rRbBfFuU")
        prefix = opening[: len(opening) - len(quote)].lower()
        if "f" in prefix:
            self._emit("FSTART", opening, start, self.pos)
            self._open_bracket(_Open("text", start, quote, "r" in prefix))
            return
        found = STRING_END[quote].match(self.text, self.pos)
        if found:
            self.pos = found.end()
            self._emit("STRING", self.text[start : self.pos], start, self.pos)
        else:
            self._never_closed(start, opening)

    def _never_closed(self, start: int, opening: str) -> None:
        """A string without an end: that of its line, or of the text, is taken for it."""
        quote = opening.lstrip("rRbBfFuU")
        end = self.text.find("\n", start) if len(quote) == 1 else len(self.text)
        end = len(self.text) if end < 0 else end
        outer = next((b for b in self.open if b.kind == "f{"), None)
        if not self.muted:
            if outer and len(quote) == 1:
                message = "the `{` of this f-string is never closed"
                self.complain("CS112", outer.start, outer.start + 1, message, "write `{{` for a brace itself")
            else:
                line_end = self.text.find("\n", start)
                line_end = len(self.text) if line_end < 0 else line_end
                hint = "a string over several lines begins and ends with three quotes" if len(quote) == 1 else None
                self.complain("CS104", start, line_end, f"the string that begins with {opening} is never closed", hint)
            self._break(start)
        self.open.clear()
        self.pos = end

    # --- f-strings

    def _formatted_text(self, at: _Open) -> None:
        """The text of an f-string, or of a format specification, up to the next brace or the end."""
        start = self.pos
        found = FORMATTED_TEXT[at.kind, at.quote, at.raw].match(self.text, start)
        assert found is not None
        self.pos = end = found.end()
        if end > start:
            self._emit("FTEXT", self.text[start:end], start, end)
        follows = self.text[end : end + 1]
        if follows == "{":
            self.pos += 1
            self._open_bracket(_Open("f{", end, at.quote, at.raw))
            self._emit("FOPEN", "{", end, end + 1)
        elif follows == "}" and at.kind == "spec":
            self.open.pop()
            self._close_replacement(end)
        elif follows == "}":
            self.pos += 1
            if not self.muted:
                self.complain("CS112", end, end + 1, "a single `}` in an f-string", "write `}}` for a brace itself")
        elif at.kind == "text" and self.text.startswith(at.quote, end):
            self.pos += len(at.quote)
            self.open.pop()
            self._emit("FEND", at.quote, end, self.pos)
        elif at.kind == "spec":
            self._unclosed_replacement(end)
        else:
            self._never_closed(at.start, self.text[at.start : at.start + 5].split(at.quote[0])[0] + at.quote)

    def _unclosed_replacement(self, end: int) -> None:
        opened = next(b for b in reversed(self.open) if b.kind == "f{")
        if not self.muted:
            message = "the `{` of this f-string is never closed"
            self.complain("CS112", opened.start, opened.start + 1, message, "write `{{` for a brace itself")
            self._break(end)
        while self.open and self.open[-1].kind != "text":
            self.open.pop()

    def _close_replacement(self, start: int) -> None:
        self.open.pop()
        self.pos = start + 1
        self._emit("FCLOSE", "}", start, start + 1)

    def _replacement_sign(self, text: str, start: int) -> bool:
        """Signs that mean something else directly in a replacement of an f-string."""
        if text == "}":
            self._close_replacement(start)
        elif text[0] == ":":
            self.pos = start + 1
            self._emit("FCOLON", ":", start, start + 1)
            top = self.open[-1]
            self.open.append(_Open("spec", start, top.quote, top.raw))
        elif text == "!":
            self._conversion(start)
        elif text == "=" and (found := _AFTER_DEBUG.match(self.text, start)):
            self.pos = found.end()
            opened = self.open[-1].start + 1
            self._emit("FDEBUG", self.text[opened : self.pos], start, self.pos)
        else:
            return False
        return True

    def _conversion(self, start: int) -> None:
        found = _CONVERSION.match(self.text, start)
        assert found is not None
        self.pos = found.end()
        if found.group(1) not in ("r", "s", "a"):
            message = f"`{found.group()}` is no conversion of an f-string"
            if not self.muted:
                self.complain("CS112", start, self.pos, message, "the conversions are !r, !s and !a")
        else:
            self._emit("FCONVERSION", found.group(1), start, self.pos)
