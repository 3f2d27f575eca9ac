"""Carets below a part of a line, where a terminal shows that part: wide characters take two columns, combining ones none."""

from __future__ import annotations

import unicodedata

__all__ = ["underline"]


def underline(line: str, start: int, end: int) -> str:
    """The row that goes below ``line``: carets from character ``start`` up to ``end``, at least one. Tabs stay tabs."""
    if line.isascii():
        return _blank(line[:start]) + "^" * max(1, end - start)
    return _blank(line[:start]) + "^" * max(1, sum(map(_columns, line[start:end])))


def _blank(text: str) -> str:
    if text.isascii():
        return "".join("\t" if character == "\t" else " " for character in text)
    return "".join("\t" if character == "\t" else " " * _columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
