"""The errors of this room, and the ones that programs raise and catch.

    Exception
    ├── BlueprintError      CS3xx: a Blueprint that can not be read, checked or linked; the run never started
    ├── FlowFailed          raised by `fail` in a program
    ├── DependencyMissingError  raised when what a graph of calls is run for was skipped
    └── (any other)         raised by an operation or a task, as it is in Python
    BaseException
    └── BudgetExhausted     the run spent its `Meter`; programs can not catch it, and `finally` does not run for it

An error that leaves a flow carries its *trail*: the places in the program that it passed, innermost first.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_vm.host import Place

__all__ = [
    "CODES",
    "CATCHABLE", "BlueprintError", "BudgetExhausted", "FlowFailed", "append_trail", "begin_trail", "forget_function",
    "leave_function", "note_trail", "pass_on", "start_trail", "trail_mark", "trail_of",
]  # fmt: skip


class BlueprintError(Exception):
    """A Blueprint that is refused. ``code`` is its CS3xx code, ``complaints`` one sentence each."""

    def __init__(self, code: str, *complaints: str) -> None:
        super().__init__(code, *complaints)
        self.code = code
        self.complaints = complaints

    def __str__(self) -> str:
        return f"{self.code}: " + "; ".join(self.complaints)


class FlowFailed(Exception):  # noqa: N818 - the language's own word, which programs write in `except`
    """A program said `fail`. Its argument is the value that followed."""


class DependencyMissingError(Exception):
    """The result of a graph of calls would be that of a call which was skipped."""


class BudgetExhausted(BaseException):
    """The run spent a budget: ``what`` is "turns" or "calls", ``limit`` how many there were."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what, limit)
        self.what = what
        self.limit = limit

    def __str__(self) -> str:
        return f"the run used up its budget of {self.limit} {self.what}"


CATCHABLE: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        ArithmeticError, AssertionError, AttributeError, BlockingIOError, BrokenPipeError, BufferError,
        ChildProcessError, ConnectionAbortedError, ConnectionError, ConnectionRefusedError, ConnectionResetError,
        DependencyMissingError, EOFError,
        Exception, FileExistsError, FileNotFoundError, FloatingPointError, FlowFailed, ImportError, IndexError,
        InterruptedError, IsADirectoryError, KeyError, LookupError, MemoryError, ModuleNotFoundError, NameError,
        NotADirectoryError, NotImplementedError, OSError, OverflowError, PermissionError, ProcessLookupError,
        RecursionError, ReferenceError, RuntimeError, StopAsyncIteration, StopIteration, SystemError, TimeoutError,
        TypeError, UnboundLocalError, UnicodeDecodeError, UnicodeEncodeError, UnicodeError, ValueError, ZeroDivisionError,
    )
}  # fmt: skip
"""The errors that a program can name in `except`, `retry(on=…)` and operation ``error``."""

_TRAIL = "__cascade_trail__"
_LEFT = "__cascade_left_function__"


def start_trail(error: BaseException, place: Place) -> None:
    """``error`` was raised at ``place``, now."""
    error.__dict__[_TRAIL] = [place]


def leave_function(error: BaseException) -> None:
    """``error`` leaves a function of a flow that Python code called, a built-in function perhaps: its trail goes on where the
    flow called that."""
    error.__dict__[_LEFT] = True


def pass_on(error: BaseException) -> None:
    """``error`` was raised by the flow itself, and goes through what the flow calls now: its trail stays as it is."""
    error.__dict__[_LEFT] = False


def forget_function(error: BaseException) -> None:
    """``error`` is about to be raised by the program itself: wherever it came from, its trail starts anew."""
    error.__dict__.pop(_LEFT, None)


def begin_trail(error: BaseException, place: Place) -> bool:
    """``error`` came out of what was called at ``place``: raised there, or in a function that it has just left. False when it
    has only passed through (`pass_on`): its trail is what it was."""
    left = error.__dict__.pop(_LEFT, None)
    if left is None:
        start_trail(error, place)
    elif left:
        append_trail(error, place)
    return left is not False


def append_trail(error: BaseException, place: Place) -> None:
    """``error`` left the flow that was called at ``place``."""
    error.__dict__.setdefault(_TRAIL, []).append(place)


def note_trail(error: BaseException, places: Sequence[Place], *, goes_on: bool, stays: bool) -> None:
    """``error`` left the instruction at ``places``, innermost first. Its trail begins there, or ``goes_on`` because the
    instruction called what raised it, or ``stays`` as it is because the error was raised again."""
    if stays:
        return
    if not goes_on:
        if not begin_trail(error, places[0]):
            return
        places = places[1:]
    for place in places:
        append_trail(error, place)


def trail_of(error: BaseException) -> list[Place]:
    """The places that ``error`` passed, innermost first; empty for an error that no flow has seen."""
    return list(error.__dict__.get(_TRAIL, ()))


def trail_mark(error: BaseException) -> tuple[object, int]:
    """Tells trails of an error apart (the first by identity): it is another one when the error was raised anew, or went on."""
    trail = error.__dict__.get(_TRAIL, ())
    return trail, len(trail)


CODES: dict[str, str] = {
    # reading a file
    "CS301": "not a Blueprint",
    "CS302": "a Blueprint that a text-mode transfer has damaged",
    "CS303": "a Blueprint in a format that this version does not know",
    "CS304": "a Blueprint that is cut short",
    "CS305": "a Blueprint whose bytes were altered",
    "CS306": "a Blueprint with bytes after its end",
    "CS307": "a Blueprint whose contents can not be read",
    "CS308": "a Blueprint that is too large or too deep to be written down or read",
    "CS310": "a listing that can not be read",
    "CS311": "JSON that is not a Blueprint",
    # checking a program
    "CS320": "an index that is out of range",
    "CS321": "a register that is read before it is written",
    "CS322": "a register that may be unbound where a value is needed",
    "CS323": "arguments that do not fit what is called",
    "CS324": "code that runs off its end, or a tail call in a protected range",
    "CS325": "a table of handlers that makes no sense",
    "CS326": "a name that an instruction may not use",
    "CS327": "parameters that make no sense",
    "CS328": "a flow, task or variable whose name can not be used",
    "CS329": "a program beyond the limits",
}
"""The codes of this room's errors, each with its one-line title."""
