"""Diagnostics: what is wrong with a text, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from cascade_grammar.spans import Source, Span
from cascade_grammar.underline import underline

__all__ = ["Diagnostic", "SourceErrors", "format_diagnostic", "near_miss"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint: a code (CS1xx syntax, CS2xx compile), where, a plain sentence, and a hint if there is one."""

    code: str
    source: Source
    span: Span
    message: str
    hint: str | None = None

    @property
    def place(self) -> str:
        """``file:line:column``, both counting from 1."""
        line, column = self.source.position(self.span.start)
        return f"{self.source.name}:{line}:{column + 1}"


class SourceErrors(Exception):  # noqa: N818 - several errors
    """A text that is refused, with all that was found. The diagnostics are in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(*(f"{d.code} {d.place}: {d.message}" for d in self.diagnostics))


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """A hint ``did you mean …?`` when a known word is close to this one."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None


_WIDEST = 160


def format_diagnostic(diagnostic: Diagnostic) -> str:
    """The diagnostic as text: code, sentence, place, the line with the span underlined, hint.

    A very long line is shown around the span only.
    """
    source, span = diagnostic.source, diagnostic.span
    line, column = source.position(span.start)
    last, end = source.position(max(span.start, span.end))
    text = source.line(line)
    width = (end if last == line else len(text)) - column
    shown_from = max(0, column - _WIDEST // 2) if len(text) > _WIDEST else 0
    text = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
    text, column = text[shown_from : shown_from + _WIDEST], column - shown_from
    margin = " " * len(str(line))
    rows = [
        f"error[{diagnostic.code}]: {diagnostic.message}",
        f"{margin}--> {diagnostic.place}",
        f"{margin} |",
        f"{line} | {text}",
        f"{margin} | {underline(text, column, min(column + width, len(text)))}",
    ]
    if diagnostic.hint:
        rows.append(f"{margin} = hint: {diagnostic.hint}")
    return "\n".join(rows)
