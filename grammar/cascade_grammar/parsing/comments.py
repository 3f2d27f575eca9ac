"""The margin: comments and blank lines on their way to the statement or suite that they belong to. It knows no syntax."""

from __future__ import annotations

from cascade_grammar.tree import NO_NOTES, Notes

__all__ = ["Margin"]


def _clean(raw: str) -> str:
    """A comment without its ``#``, the one blank after it, and blanks at its end."""
    return raw.rstrip().removeprefix(" ")


class Margin:
    """What stood between the last line and the next one: columns and texts of comments, None for a blank line."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, str] | None] = []

    def add_blank(self) -> None:
        if not self._waiting or self._waiting[-1] is not None:
            self._waiting.append(None)

    def add_comment(self, column: int, raw: str) -> None:
        self._waiting.append((column, _clean(raw)))

    def add_inner(self, raw: str) -> None:
        """A comment inside brackets: it moves before the statement."""
        self._waiting.append((0, _clean(raw)))

    def take_after(self, column: int) -> tuple[str | None, ...]:
        """The comments at the front that stand at this column or to its right: the suite that ends there keeps them."""
        size = 0
        for index, item in enumerate(self._waiting):
            if item is not None:
                if item[0] < column:
                    break
                size = index + 1
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return _texts(taken)

    def take_notes(self, beside: str | None, *, after_indent: bool) -> Notes:
        """All the rest, as the notes of a statement. The first of a suite has no blank line before it."""
        waiting, self._waiting = self._waiting, []
        if beside is None and not waiting:
            return NO_NOTES
        blank = bool(waiting) and waiting[0] is None
        before = _texts(waiting[1:] if blank else waiting)
        return Notes(before, None if beside is None else _clean(beside), blank and not after_indent)

    def take_rest(self) -> tuple[str | None, ...]:
        """All the rest, without blank lines around it."""
        waiting, self._waiting = self._waiting, []
        while waiting and waiting[0] is None:
            waiting.pop(0)
        while waiting and waiting[-1] is None:
            waiting.pop()
        return _texts(waiting)


def _texts(items: list[tuple[int, str] | None]) -> tuple[str | None, ...]:
    return tuple(None if item is None else item[1] for item in items)
