"""Places in Python code: where a frame is, from its code object and instruction, as the interpreter knows it.

Reading a place costs some microseconds, so what may need one later keeps the two, and reads it when it is asked for.
"""

from __future__ import annotations

from itertools import islice
from types import CodeType, FrameType

from cascade_vm.host import Place

__all__ = ["format_place", "place_in", "written_at"]


def format_place(place: Place) -> str:
    """``file:line:column``, as people count."""
    return f"{place.file}:{place.line}:{place.column + 1}"


def written_at(frame: FrameType) -> str:
    """Where a frame is, ready to print."""
    return format_place(place_in(frame.f_code, frame.f_lasti, ""))


def place_in(code: CodeType | None, at: int, name: str) -> Place:
    """The place of an instruction of Python's: that of the expression it belongs to. ``name`` is for code that is not known."""
    if code is None:
        return Place(name, "<unknown>", 1, 0, 1, 0)
    line, end_line, column, end_column = next(islice(code.co_positions(), at // 2, None), (None, None, None, None))
    line = line or code.co_firstlineno
    end_line = end_line or line
    file = code.co_filename
    return Place(
        code.co_name, file, line, _characters(file, line, column or 0), end_line, _characters(file, end_line, end_column or 0)
    )


def _characters(file: str, line: int, bytes_before: int) -> int:
    """Python counts columns in bytes of UTF-8, people in characters."""
    import linecache

    text = linecache.getline(file, line)
    if not text or text.isascii():
        return bytes_before
    return len(text.encode()[:bytes_before].decode(errors="ignore"))
