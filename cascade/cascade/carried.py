"""Errors on their way from one process to another: pickling loses their frames and causes, so these travel as data.

What the user's own frames were comes along as places, from which the receiver makes frames again.
"""

from __future__ import annotations

from typing import Any

from cascade_vm.host import Place

from cascade.ownership import user_part
from cascade.places import place_in
from cascade.tracebacks import frames_at, stack_of

__all__ = ["packed", "unpacked"]

_PLACES = "__cascade_places__"
_LINKS = "__cascade_links__"
_MOST_CAUSES = 20
"""Further ones stay behind: pickling goes into each, one in the other."""


def packed(error: BaseException, causes: int = _MOST_CAUSES) -> BaseException:
    """The error, what pickling loses of it written into its attributes; with at most so many causes."""
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for part in parts:
        packed(part, causes)
    frames = user_part(stack_of(error.__traceback__), lambda entry: entry.tb_frame.f_code.co_filename)
    error.__dict__[_PLACES] = [place_in(entry.tb_frame.f_code, entry.tb_lasti, "") for entry in frames]
    links: dict[str, Any] = {"__suppress_context__": error.__suppress_context__}
    for name in ("__cause__", "__context__"):
        cause = getattr(error, name)
        if cause is not None and causes and _PLACES not in cause.__dict__:
            links[name] = packed(cause, causes - 1)
    error.__dict__[_LINKS] = links
    return error


def unpacked(error: BaseException) -> BaseException:
    """The inverse, for an error that was pickled in between."""
    places: list[Place] = error.__dict__.pop(_PLACES, [])
    BaseException.with_traceback(error, frames_at(places))
    for name, value in error.__dict__.pop(_LINKS, {}).items():
        BaseException.__setattr__(error, name, unpacked(value) if isinstance(value, BaseException) else value)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            unpacked(part)
    return error
