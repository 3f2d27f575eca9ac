"""The traceback of a failed run: the flows that the error passed, each with its source line, then the user's own Python.

    Traceback (most recent call last):
      File "watch.csc", line 9, in watch
        order = fetch_order(order_id)
                ^^^^^^^^^^^^^^^^^^^^^
      File "/srv/shop/shop.py", line 5, in fetch_order
        raise ValueError("no such order")
    ValueError: no such order

Frames of the engine, the host and asyncio are left out. Causes, groups and notes are shown as Python shows them. This file
knows errors and places, not what was run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from traceback import FrameSummary, StackSummary, TracebackException

from cascade_grammar.underline import underline
from cascade_vm.host import Place

from cascade.ownership import MOST_FRAMES, user_part
from cascade.tracebacks import new_places

__all__ = ["SourceLines", "format_failure", "lines_of_files"]

SourceLines = Callable[[str, int], str | None]
"""The text of a line, by the file's name in the program and the line's number; None when it can not be had."""

_WIDEST = 160


def format_failure(error: BaseException, line_of: SourceLines) -> str:
    """The traceback of ``error``, ending in a line that says what it is. ``line_of`` finds the lines of the flows."""
    shown = TracebackException.from_exception(error)
    seen: set[int] = set()
    _show_user_frames(shown, error, line_of, seen)
    text = "".join(shown.format()).rstrip("\n")
    return re.sub(r"^( *(?:[|+-] ?)*)cascade_vm\.errors\.(?=FlowFailed|BudgetExhausted)", r"\1", text, flags=re.MULTILINE)


def _show_user_frames(
    shown: TracebackException | None, error: BaseException | None, line_of: SourceLines, seen: set[int]
) -> None:
    """Put the places of flows, and of user code only, in place of the Python stack; the same for causes and groups."""
    while shown is not None and error is not None and id(error) not in seen:
        seen.add(id(error))
        users = user_part(shown.stack, lambda frame: frame.filename)
        shown.stack = _Frames(_flow_frames(error, line_of) + users)
        if isinstance(error, BaseExceptionGroup):
            for inner_shown, inner in zip(shown.exceptions or (), error.exceptions, strict=False):
                _show_user_frames(inner_shown, inner, line_of, seen)
        _show_user_frames(shown.__context__, error.__context__, line_of, seen)
        shown, error = shown.__cause__, error.__cause__


def _flow_frames(error: BaseException, line_of: SourceLines) -> list[FrameSummary]:
    return _ends_of([_FlowFrame(place, line_of) for place in new_places(error)])


class _WrittenFrame(FrameSummary):
    """A frame whose text is known."""

    def __init__(self, text: str, file: str = "", line: int = 0, name: str = "") -> None:
        super().__init__(file, line, name, lookup_line=False, line="")
        self.text = text


class _FlowFrame(_WrittenFrame):
    """A frame of a flow. Columns count characters, not bytes as those of Python do, so it is formatted here."""

    def __init__(self, place: Place, line_of: SourceLines) -> None:
        super().__init__(_format_place(place, line_of(place.file, place.line)), place.file, place.line, place.flow)


class _Frames(StackSummary):
    def format_frame_summary(self, frame_summary: FrameSummary, **options: bool) -> str:
        if isinstance(frame_summary, _WrittenFrame):
            return frame_summary.text
        return super().format_frame_summary(frame_summary, **options)


def _format_place(place: Place, line: str | None) -> str:
    rows = [f'  File "{place.file}", line {place.line}, in {place.flow}']
    if line is not None and line.strip():
        text = line.rstrip()
        end = place.end_column if place.end_line == place.line else len(text)
        cut = len(text) - len(text.lstrip())
        if len(text) > _WIDEST:
            cut = max(cut, place.column - _WIDEST // 2)
        rows.append("    " + text[cut : cut + _WIDEST])
        start, end = max(0, place.column - cut), min(end - cut, _WIDEST, len(text) - cut)
        if start < end:
            rows.append("    " + underline(text[cut:], start, end))
    return "\n".join(rows) + "\n"


def _ends_of(frames: list[FrameSummary]) -> list[FrameSummary]:
    if len(frames) <= MOST_FRAMES:
        return frames
    half = MOST_FRAMES // 2
    return [*frames[:half], _WrittenFrame(f"  … {len(frames) - 2 * half:,} more calls of flows\n"), *frames[-half:]]


def lines_of_files(name: str, line: int) -> str | None:
    """`SourceLines` that reads the files themselves."""
    import linecache

    linecache.checkcache(name)
    return linecache.getline(name, line).rstrip("\r\n") or None


def format_user_traceback(error: BaseException) -> str:
    """The traceback of an error that no flow has seen: a task module that fails to import."""
    return format_failure(error, lines_of_files)
