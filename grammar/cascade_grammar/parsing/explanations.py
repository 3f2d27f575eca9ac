"""Syntax errors in words: what stands where something else was expected, and what may have been meant."""

from __future__ import annotations

from collections.abc import Callable

from cascade_grammar.parsing.tokens import Line, Token
from cascade_grammar.spans import Span

__all__ = ["explain"]

Said = tuple[str, Span, str, str | None]


def explain(line: Line, token: Token, expected: frozenset[str], accepts: Callable[[tuple[str, ...]], bool]) -> Said | None:
    """Code, place, sentence and hint; None when the scanner has said it all."""
    if token.type == "BROKEN":
        return None
    return "CS101", Span(token.start, token.end), f"`{token.text}` was not expected here", None
