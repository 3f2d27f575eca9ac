"""Tracebacks of errors that leave a run, as Python itself shows them, whoever shows them.

    Traceback (most recent call last):
      File "watch.py", line 20, in <module>
        cs.run(watch("order-7"))
      File "watch.py", line 12, in watch
        order = fetch(order_id)
                ^^^^^^^^^^^^^^^
      File "watch.py", line 5, in fetch
        raise ValueError("no such order")
    ValueError: no such order

`with_flow_frames` writes the flows that an error passed (its trail) into its traceback, in the place of the engine's frames.
`raises_at_caller` is how `cascade.run` ends without a frame of its own (`cascade.awaiting` has that of `cascade.arun`). Knows
errors and places, not what was run.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache, partial
from linecache import getline
from types import CodeType, FrameType, FunctionType, MethodType, TracebackType
from typing import Any, TypeVar

from cascade_vm.errors import trail_mark, trail_of
from cascade_vm.host import Place

from cascade.ownership import MOST_FRAMES, is_ours, user_part

__all__ = [
    "frames_at", "new_places", "raises_at_caller", "raising", "stack_of", "stop_iteration_of", "with_flow_frames",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])
E = TypeVar("E", bound=BaseException)

_SHOWN = "__cascade_shown__"
_FAULTS = (AssertionError, AttributeError, LookupError, NameError, TypeError)
"""What an error of our own would be: its traceback is left whole."""


# --- the traceback of an error -------------------------------------------------------------------------------------------


def with_flow_frames(error: E) -> E:
    """The error, its traceback being now the flows that it passed, then the user's frames that it was raised in; so are those
    of its causes, contexts and parts."""
    _write_frames(error)
    if error.__cause__ is None and error.__context__ is None and not isinstance(error, BaseExceptionGroup):
        return error
    seen = {id(error)}
    pending = _parts_of(error)
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            _write_frames(one)
            pending += _parts_of(one)
    return error


def _parts_of(error: BaseException) -> list[BaseException | None]:
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return [*parts, error.__cause__, error.__context__]


def _write_frames(error: BaseException) -> None:
    stack = stack_of(error.__traceback__)
    kept = user_part(stack, _file_of)
    places = new_places(error)
    if not places and (len(kept) == len(stack) or (not kept and _is_fault(error, stack))):
        return
    BaseException.with_traceback(error, frames_at(places, _linked(kept)))  # its class may refuse to have attributes set
    error.__dict__[_SHOWN] = trail_mark(error)


def _file_of(entry: TracebackType) -> str:
    return entry.tb_frame.f_code.co_filename


def stack_of(traceback: TracebackType | None) -> list[TracebackType]:
    """The entries of a traceback, outermost first."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    return entries


def _linked(entries: Sequence[TracebackType]) -> TracebackType | None:
    made: TracebackType | None = None
    for entry in reversed(entries):
        made = TracebackType(made, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return made


def _is_fault(error: BaseException, stack: list[TracebackType]) -> bool:
    """Whether we raised this by mistake: then only the frames that are left out elsewhere tell anything."""
    if not isinstance(error, _FAULTS) or len(stack) < 2:
        return False
    from cascade.errors import CascadeError

    return not isinstance(error, CascadeError) and is_ours(stack[-1].tb_frame.f_code.co_filename)


def new_places(error: BaseException) -> list[Place]:
    """The places of flows that the error passed, outermost first, if its traceback has no frames for them yet."""
    (trail, length), (shown, shown_length) = trail_mark(error), error.__dict__.get(_SHOWN, (None, 0))
    return [] if trail is shown and length == shown_length else trail_of(error)[::-1]


# --- frames that never ran -----------------------------------------------------------------------------------------------


def frames_at(places: Sequence[Place], following: TracebackType | None = None) -> TracebackType | None:
    """A traceback with a frame at each place, outermost first; of very many, those at the ends. ``following`` comes behind."""
    shown = places
    if len(places) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        left_out = f"… {len(places) - 2 * half:,} more calls of flows"
        middle = places[half]._replace(flow=left_out, column=0, end_line=places[half].line, end_column=0)
        shown = [*places[:half], middle, *places[-half:]]
    for place in reversed(shown):
        following = _frame_at(place, following)
    return following


def _frame_at(place: Place, following: TracebackType | None) -> TracebackType:
    first = getline(place.file, place.line)
    last = first if place.end_line == place.line else getline(place.file, place.end_line)
    frame, instruction = _never_run(place, first, last)
    return TracebackType(following, frame, instruction, place.line)


@lru_cache(1024)
def _never_run(place: Place, first_line: str, last_line: str) -> tuple[FrameType, int]:
    """The frame of a function that is called as the flow is, with the number of an instruction that stands at this place.

    It is that of a generator which was never started: so it has no frame around it that it would keep alive, and all errors
    that pass the place can have the same.
    """
    function = ast.parse("lambda: (yield)", mode="eval")
    start = place.line, _bytes(first_line, place.column)
    end = place.end_line, _bytes(last_line, place.end_column)
    if end <= start:  # nothing to underline
        start = end = place.line, -1
    for node in ast.walk(function):
        if isinstance(node, ast.expr):
            (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset) = start, end
    made = compile(function, place.file, "eval").co_consts[0]
    assert isinstance(made, CodeType)
    generator = FunctionType(made.replace(co_name=place.flow, co_qualname=place.flow), {})()
    return generator.gi_frame, len(made.co_code) - 2


def _bytes(line: str, column: int) -> int:
    """Python counts columns in bytes of UTF-8, we in characters."""
    return column if line.isascii() else len(line[:column].encode())


def stop_iteration_of(error: RuntimeError) -> StopIteration | None:
    """The `StopIteration` that a flow raised, if it became this error on the way out: a coroutine can not raise it."""
    cause = error.__cause__
    if error.args != ("coroutine raised StopIteration",) or not isinstance(cause, StopIteration):
        return None
    return cause if trail_of(cause) and not trail_of(error) else None


# --- raising without a frame ---------------------------------------------------------------------------------------------


def _nothing() -> Generator[None, None, None]:
    yield from ()


_ENDED = _nothing()
next(_ENDED, None)


def raising(error: BaseException) -> Callable[[], Any]:
    """What raises ``error`` when called, and adds no frame to it: what is thrown into a generator that has ended comes out."""
    return partial(_ENDED.throw, error)


class _Callable(type):
    """Classes that are called as functions are: as an attribute of a class, each is a method of its objects."""

    def __get__(cls, instance: object, owner: type | None = None) -> Any:
        return cls if instance is None else MethodType(cls, instance)


def raises_at_caller(function: F) -> F:
    """Errors out of the decorated function show their flows, and seem to be raised by the line that calls the function.

        @raises_at_caller
        def run(target): ...

    Functions and methods alike. Each becomes a class of which no object is ever seen: only the making of an object lets Python
    call what has no frame (a property over C code, in the place of ``__init__``) after the frame of our own code (``__new__``)
    is gone.
    """

    class Call(metaclass=_Callable):
        def __new__(cls, /, *args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except BaseException as error:
                failed = with_flow_frames(error)
            made = object.__new__(Failure)
            made.fail = raising(failed)
            return made

    class Failure(Call):
        fail: Callable[[], Any]
        __init__: Any = property(operator.methodcaller("fail"))

    functools.update_wrapper(Call, function, updated=())
    return Call  # type: ignore[return-value]
