"""Places of `ast` nodes in a source: their columns count bytes of UTF-8, ours count characters. Knows no meaning."""

from __future__ import annotations

import ast
import re
from typing import TypeAlias

from cascade_grammar import tree
from cascade_grammar.spans import Source, Span

__all__ = ["Placed", "Positions"]

Placed: TypeAlias = (
    ast.stmt | ast.expr | ast.arg | ast.keyword | ast.alias | ast.excepthandler | ast.pattern
)  # what has a place
_NAME_AFTER = {"def": re.compile(r"(?:async\s+)?def\s+"), "as": re.compile(r"[\s)\\]*as[\s\\]+")}


class Positions:
    """The spans of the nodes of one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._lines = source.text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        """The character at a line and a column in bytes. A place outside of the text is moved to its nearest end."""
        if not 1 <= line <= len(self._lines):
            return 0 if line < 1 else len(self.source.text)
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[: max(column, 0)].decode(errors="ignore"))
        return self._starts[line - 1] + min(max(column, 0), len(text))

    def span(self, node: Placed) -> Span:
        """Where a node stands."""
        start = self.offset(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return Span(start, start)
        return Span(start, max(start, self.offset(node.end_lineno, node.end_col_offset)))

    def last_name(self, node: Placed, name: str) -> tree.Identifier:
        """A name that ends a node, as that of an attribute."""
        span = self.span(node)
        start = max(span.start, span.end - len(name))
        written = self.source.text[start : span.end] == name  # else it is written in other characters that mean the same
        return tree.Identifier(Span(start, span.end) if written else span, name)

    def name_after(self, word: str, start: int, name: str) -> tree.Identifier:
        """The name behind ``def`` or ``as``, which stands at ``start`` or only blanks after it."""
        found = _NAME_AFTER[word].match(self.source.text, start)
        if found is None:
            return tree.Identifier(Span(start, start), name)
        return tree.Identifier(Span(found.end(), found.end() + len(name)), name)

    def starts_with(self, node: Placed, word: str) -> bool:
        """Whether the text of a node begins with a word."""
        return self.source.text.startswith(word, self.span(node).start)
