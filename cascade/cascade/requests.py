"""The arguments of what programs ask of the host: emit, print, skip, sleep and wait, checked as Python checks a call."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from cascade.policies import seconds_of

__all__ = ["emit_arguments", "print_text", "skip_arguments", "sleep_arguments", "wait_arguments"]


def emit_arguments(name: str, value: object = None) -> tuple[str, object]:
    """``emit(name, value=None)``"""
    if not isinstance(name, str):
        raise TypeError(f"the name of an event must be a str, not {type(name).__name__}")
    return name, value


def skip_arguments(name: object, reason: object) -> tuple[str, str]:
    """The name of what is not called, and why."""
    return str(name), str(reason)


def sleep_arguments(duration: object) -> float:
    """``sleep(duration)``, in seconds"""
    return seconds_of(duration, "the time to sleep")


def wait_arguments(signal: str, timeout: object = None) -> tuple[str, float | None]:
    """``wait(signal, timeout=None)``, in seconds"""
    if not isinstance(signal, str):
        raise TypeError(f"the name of a signal must be a str, not {type(signal).__name__}")
    return signal, None if timeout is None else seconds_of(timeout, "the timeout of a wait")


for _function in (emit_arguments, skip_arguments, sleep_arguments, wait_arguments):
    _function.__qualname__ = _function.__name__.removesuffix("_arguments")  # what Python's own messages call them


def print_text(to: TextIO | None, values: Sequence[object], options: Mapping[str, Any]) -> None:
    """Python's ``print``, without the choice of a file."""
    if "file" in options:
        raise TypeError("print() got an unexpected keyword argument 'file'")
    builtins.print(*values, **options, file=to)
