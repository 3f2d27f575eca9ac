"""The tokens of one logical line: words, numbers, signs, brackets and strings, f-strings with all that is in them.

It reports what is wrong with single tokens and brackets. It knows nothing of lines and indentation, which are `scanner`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from cascade_grammar.diagnostics import Diagnostic
from cascade_grammar.parsing.foreign import FOREIGN_CHARACTERS, RESERVED_FOREIGN
from cascade_grammar.parsing.numbers import classify_number
from cascade_grammar.parsing.texts import FORMATTED_TEXT, STRING_END
from cascade_grammar.parsing.tokens import KEYWORDS, OWN_WORDS, SIGNS, Line, Token
from cascade_grammar.spans import Source, Span

__all__ = ["Open", "TokenReader"]

DEEPEST_BRACKETS: Final = 200

_ENDS_VALUE: Final = frozenset({"NAME", "LITERAL", "NUMBER", "DURATION", "STRING", "FEND", "RPAR", "RSQB", "RBRACE"})
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_CONVERSION: Final = re.compile(r"!([A-Za-z_]\w*)?")
_AFTER_DEBUG: Final = re.compile(r"=[ \t\n]*(?=[}!:])(?!==)")


@dataclass(slots=True)
class Open:
    """A bracket that is open, or the text of an f-string or of a format specification, which have their own way of reading.
    ``kind`` is "(", "[", "{", "f{" (a replacement), "text" or "spec"; ``quote`` and ``raw`` are those of the f-string."""

    kind: str
    start: int
    quote: str = ""
    raw: bool = False


@dataclass(slots=True)
class TokenReader:
    """Reads one token after the other from ``pos``; ``line`` is what was read of the logical line, ``open`` what is open.

    A line that makes no sense gets a BROKEN token, which no rule of the grammar accepts, and is ``muted`` from there.
    """

    source: Source
    pos: int = 0
    line: Line = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    muted: bool = False
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.source.text

    def read(self, kind: str, text: str, start: int) -> None:
        """Take a token that begins at ``start``; ``pos`` is behind it, or behind the opening quote of a string."""
        if kind == "word":
            self._word(text, start)
        elif kind == "sign":
            self._sign(text, start)
        elif kind == "number":
            self._number(text, start)
        elif kind == "string":
            self._string(text, start)
        else:
            self._other(text, start)

    def complain(self, code: str, start: int, end: int, message: str, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, self.source, Span(start, end), message, hint))

    def _emit(self, kind: str, text: str, start: int, end: int) -> None:
        if not self.muted:
            self.line.append(Token(kind, text, start, end))

    def break_line(self, start: int) -> None:
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
        elif self.line and self.line[-1].type == "DOT" and text in OWN_WORDS:
            kind = "NAME"  # `order.state`: values of tasks know nothing of the language
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
        while self.text.startswith(text, self.pos):
            self.pos += 1  # blanks from a web page come in rows, and are one mistake
        if not self.muted:
            shown = f"`{text}`" if text.isprintable() else f"the character U+{ord(text):04X}"
            message = f"{shown} can not stand in a program outside strings"
            self.complain("CS115", start, self.pos, message, FOREIGN_CHARACTERS.get(text))
        self.break_line(start)

    def _sign(self, text: str, start: int) -> None:
        if self.open and self.open[-1].kind == "f{" and self._replacement_sign(text, start):
            return
        if text in "([{":
            self._open_bracket(Open(text, start))
            self._emit(SIGNS[text], text, start, self.pos)
        elif text in ")]}":
            self._close_bracket(text, start)
        elif text in SIGNS:
            self._emit(SIGNS[text], text, start, self.pos)
        else:
            self._emit("UNKNOWN", text, start, self.pos)

    # --- brackets

    def _open_bracket(self, bracket: Open) -> None:
        self.open.append(bracket)
        if len(self.open) > DEEPEST_BRACKETS and not self.muted:
            message = f"brackets are nested deeper than {DEEPEST_BRACKETS}"
            self.complain("CS113", bracket.start, bracket.start + 1, message, "give a part of it a name of its own")
            self.break_line(bracket.start)

    def _close_bracket(self, text: str, start: int) -> None:
        if self.open and self.open[-1].kind == _CLOSING[text]:
            self.open.pop()
            self._emit(SIGNS[text], text, start, self.pos)
            return
        if not self.muted:
            if self.open:
                opened = self.open[-1]
                message = f"`{text}` does not close the `{opened.kind[-1]}` {self.where(opened.start)}"
            else:
                message = f"nothing was opened that `{text}` could close"
            self.complain("CS103", start, start + 1, message)
            self.break_line(start)
        if any(bracket.kind == _CLOSING[text] for bracket in self.open):
            while self.open.pop().kind != _CLOSING[text]:
                pass

    def where(self, offset: int) -> str:
        line, column = self.source.position(offset)
        return f"opened at line {line}, column {column + 1}"

    # --- strings

    def _string(self, opening: str, start: int) -> None:
        quote = opening.lstrip("rRbBfFuU")
        prefix = opening[: len(opening) - len(quote)].lower()
        if "f" in prefix:
            self._emit("FSTART", opening, start, self.pos)
            self._open_bracket(Open("text", start, quote, "r" in prefix))
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
            self.break_line(start)
        self.open.clear()
        self.pos = end

    # --- f-strings

    def read_text(self, at: Open) -> None:
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
            self._open_bracket(Open("f{", end, at.quote, at.raw))
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
            self.break_line(end)
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
            self.open.append(Open("spec", start, top.quote, top.raw))
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
