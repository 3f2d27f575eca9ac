"""Collects what is wrong with the files of a program, so that all of it is said at once. Knows no rule."""

from __future__ import annotations

from collections.abc import Iterable

from cascade_grammar.diagnostics import Diagnostic, SourceErrors
from cascade_grammar.spans import Source, Span

__all__ = ["Complaints"]


class Complaints:
    """The diagnostics of one file. Each place gets one complaint of a code, however many rules lead there."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: dict[tuple[str, Span], Diagnostic] = {}

    def add(self, code: str, span: Span, message: str, hint: str | None = None) -> None:
        """Complain about ``span``."""
        self._found.setdefault((code, span), Diagnostic(code, self._source, span, message, hint))

    def extend(self, errors: SourceErrors) -> None:
        """Take over the complaints of the parser."""
        for found in errors.diagnostics:
            self._found.setdefault((found.code, found.span), found)

    def in_order(self) -> Iterable[Diagnostic]:
        """All of them in the order of the text."""
        return sorted(self._found.values(), key=lambda d: d.span)
