"""Layout: text with brackets that are written on one line if it fits, else one item a line. It knows no syntax tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["WIDTH", "Group", "Pieces", "bracket", "flat", "in_parentheses", "render", "row"]

WIDTH: Final = 100
_STEP: Final = "    "


@dataclass(slots=True)
class Group:
    """Items between brackets. ``separator`` stands between them on one line; broken, each has its own line, and ends in a
    comma if ``comma``. ``silent`` brackets are written only when broken. ``width`` is that of the one line."""

    opening: str
    items: list[Pieces]
    closing: str
    separator: str = ", "
    comma: bool = True
    silent: bool = False
    width: int = 0

    def __post_init__(self) -> None:
        inner = sum(_width(item) for item in self.items) + len(self.separator) * (len(self.items) - 1)
        self.width = inner if self.silent else inner + len(self.opening) + len(self.closing)


Pieces = list["str | Group"]
"""Texts and groups, one after the other."""


def bracket(opening: str, items: list[Pieces], closing: str) -> Pieces:
    """Items between brackets, one a line with a comma each when they are broken."""
    return [Group(opening, items, closing)] if items else [opening + closing]


def row(items: list[Pieces]) -> Pieces:
    """Operands that stand one below the other, in parentheses, when they are broken."""
    return [Group("(", items, ")", separator=" ", comma=False, silent=True)]


def in_parentheses(pieces: Pieces) -> Pieces:
    """Parentheses that are needed; a row is broken in the same ones."""
    if len(pieces) == 1 and isinstance(pieces[0], Group) and pieces[0].silent:
        return [Group("(", pieces[0].items, ")", separator=" ", comma=False)]
    return [Group("(", [pieces], ")", comma=False)]


def _width(pieces: Pieces) -> int:
    width = 0
    for piece in pieces:
        if isinstance(piece, Group):
            width += piece.width
        else:
            width += len(piece)
            if "\n" in piece:
                width += WIDTH
    return width


def flat(pieces: Pieces) -> str:
    """The pieces on one line."""
    out: list[str] = []
    _flat(pieces, out)
    return "".join(out)


def _flat(pieces: Pieces, out: list[str]) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
            continue
        if not piece.silent:
            out.append(piece.opening)
        for index, item in enumerate(piece.items):
            if index:
                out.append(piece.separator)
            _flat(item, out)
        if not piece.silent:
            out.append(piece.closing)


def render(pieces: Pieces, indent: int) -> str:
    """The pieces as text that begins at a level of indentation; the first line is not indented here."""
    writer = _Writer(len(_STEP) * indent)
    writer.write(pieces, indent, 0)
    return "".join(writer.out)


class _Writer:
    def __init__(self, column: int) -> None:
        self.out: list[str] = []
        self.column = column

    def _text(self, text: str) -> None:
        self.out.append(text)
        line = text.rfind("\n")
        self.column = self.column + len(text) if line < 0 else len(text) - line - 1

    def write(self, pieces: Pieces, indent: int, tail: int) -> None:
        """Write pieces after which ``tail`` more characters stand on the line; if that is too long, break the widest group."""
        groups = [piece for piece in pieces if isinstance(piece, Group)]
        widest: Group | None = None
        if len(groups) > 1 and self.column + _width(pieces) + tail > WIDTH:
            widest = max(groups, key=lambda group: group.width)
        for piece, after in zip(pieces, _following(pieces, tail), strict=True):
            if isinstance(piece, str):
                self._text(piece)
            elif piece is not widest and self.column + piece.width + after <= WIDTH:
                self._text(flat([piece]))
            else:
                self._text(piece.opening)
                last = len(piece.items) - 1
                for index, item in enumerate(piece.items):
                    self._text("\n" + _STEP * (indent + 1))
                    end = "," if piece.comma else ("" if index == last else piece.separator.rstrip())
                    self.write(item, indent + 1, len(end))
                    self._text(end)
                self._text("\n" + _STEP * indent + piece.closing)


def _following(pieces: Sequence[str | Group], tail: int) -> list[int]:
    """For each piece, how many characters follow it on its line before a line could be broken."""
    following: list[int] = []
    width = tail
    for piece in reversed(pieces):
        following.append(width)
        if isinstance(piece, Group):
            width = 0 if piece.silent else len(piece.opening)
        else:
            line = piece.find("\n")
            width = width + len(piece) if line < 0 else line
    following.reverse()
    return following
