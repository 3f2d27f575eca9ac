"""The list of complaints about one source that the parser's parts add to."""

from __future__ import annotations

from dataclasses import dataclass, field

from cascade_grammar.diagnostics import Diagnostic
from cascade_grammar.spans import Source, Span

__all__ = ["Complaints"]


@dataclass(slots=True)
class Complaints:
    """Diagnostics of one source; the code is said by whoever complains."""

    source: Source
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, span: Span, message: str, hint: str | None = None) -> None:
        self.found.append(Diagnostic(code, self.source, span, message, hint))

    def has_at(self, start: int) -> bool:
        """Whether there is a complaint about what begins at ``start``."""
        return any(one.span.start == start for one in self.found)
