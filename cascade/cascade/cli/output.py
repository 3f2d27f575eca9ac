"""What the commands write: results on standard output, and everything else on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Final, NoReturn, TextIO

from cascade.errors import CascadeError, Problem, TaskError, UsageError, format_problem

__all__ = ["Out", "complain", "end", "is_terminal", "output_lost", "results_only", "show_error", "status_of"]

WRONG = 2
"""The exit status when the program or the command line is wrong."""
INTERRUPTED = 130
"""The exit status after Ctrl-C."""

_RED: Final = "\x1b[31m"
_BOLD: Final = "\x1b[1m"
_BOLD_RED: Final = "\x1b[31m\x1b[1m"
_PLAIN: Final = "\x1b[0m"


def complain(text: str) -> None:
    """Write lines to standard error; on a terminal the word ``error[…]`` and the underlining are red."""
    if sys.stderr is None:
        return
    rows = text.split("\n")
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
        rows = [_coloured(row) for row in rows]
    with contextlib.suppress(OSError):  # nobody reads it
        print("\n".join(rows), file=sys.stderr, flush=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody looks."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _coloured(row: str) -> str:
    if row.startswith("error["):
        head, colon, rest = row.partition(": ")
        return f"{_BOLD_RED}{head}{_PLAIN}{colon}{_BOLD}{rest}{_PLAIN}"
    if row.strip(" |\t") and not row.strip(" |^\t"):
        return f"{_RED}{row}{_PLAIN}"
    return row


def show_error(error: CascadeError) -> None:
    """Show a refusal. The traceback of a task module that fails to import goes before the sentence about it."""
    if isinstance(error, TaskError) and error.__cause__ is not None:
        from cascade.trace import format_user_traceback

        complain(format_user_traceback(error.__cause__))
    complain(str(error))


def status_of(command: Callable[[], int], *passed: type[Exception]) -> int:
    """The exit status that a command gives. A refusal is shown and is 2, Ctrl-C is 130, an error of ours one line. Errors of
    the system, and those to be ``passed`` on, are raised."""
    raised: tuple[type[Exception], ...] = (OSError, *passed)
    try:
        return command()
    except CascadeError as error:
        show_error(error)
        return WRONG
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except raised:
        raise
    except Exception as error:
        if os.environ.get("CASCADE_DEBUG"):
            raise
        complain(f"internal error: {type(error).__name__}: {error}\n  = hint: CASCADE_DEBUG=1 shows where; please report it")
        return WRONG


def end(command: Callable[[], int]) -> NoReturn:
    """End the process with the exit status of a command."""
    try:
        status = status_of(command)
    except KeyboardInterrupt:
        complain("interrupted")
        status = INTERRUPTED
    except OSError as error:
        status = output_lost(error)
    sys.exit(status)


def output_lost(error: OSError) -> int:
    """Nobody reads, or the disk is full. What is left unwritten is not tried again when Python ends."""
    if not isinstance(error, BrokenPipeError):
        said = (error.strerror or str(error)).lower()
        complain(format_problem(Problem("CS413", f"standard output can not be written: {said}")))
    sys.stdout = None
    return WRONG


class Out:
    """Standard output, as it was before `results_only`."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def line(self, text: str) -> None:
        """Write a line. Raises `UsageError` CS413 when it can not be written."""
        self.bytes(f"{text}\n".encode())

    def bytes(self, data: bytes) -> None:
        """Write bytes. Raises `UsageError` CS413 when they can not be written."""
        try:
            self._write(data)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(Problem("CS413", f"the result can not be written to standard output: {said}")) from None


@contextlib.contextmanager
def results_only() -> Iterator[Out]:
    """While this lasts, what anybody prints goes to standard error, also what processes started by tasks write; only the
    `Out` reaches standard output."""
    out = sys.stdout
    with contextlib.ExitStack() as stack:
        write = _divert_descriptor(stack) if _is_descriptor_1(out) else _write_to_stream(out)
        stack.callback(setattr, sys, "stdout", out)
        sys.stdout = sys.stderr
        yield Out(write)


def _is_descriptor_1(stream: object) -> bool:
    try:
        return stream is sys.__stdout__ and sys.stdout.fileno() == 1 and os.fstat(2) is not None
    except (OSError, ValueError, AttributeError):
        return False


def _divert_descriptor(stack: contextlib.ExitStack) -> Callable[[bytes], None]:
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)

    def restore() -> None:
        os.dup2(kept, 1)
        os.close(kept)

    def write(data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(kept, rest) :]

    stack.callback(restore)
    return write


def _write_to_stream(out: object) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        if out is None:
            raise OSError("it is closed")
        import click  # a stream that is not the process' own: somebody runs the command inside of another program

        click.echo(data, file=out, nl=False)  # type: ignore[arg-type]

    return write
