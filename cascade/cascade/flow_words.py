"""What Python flows ask of their run: `sleep`, `wait`, `emit`, `gather`, `timeout`, `fail`.

The front end knows these functions by identity; the run does what they say. Python itself calls them only by mistake.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NoReturn

from cascade.places import written_at

__all__ = ["WORDS", "emit", "fail", "gather", "sleep", "timeout", "wait"]


def sleep(duration: timedelta | float) -> Any:
    """In a flow: pause for ``duration``, seconds or a `timedelta`.

    >>> @cs.flow
    ... def nap() -> str:
    ...     sleep(0.001)
    ...     return "awake"
    >>> cs.run(nap())
    'awake'
    """
    _refuse("sleep")


def wait(signal: str, timeout: timedelta | float | None = None) -> Any:
    """In a flow: wait until a signal of this name is sent, and give its value. `TimeoutError` when it does not come in time.

    ``timeout`` is in seconds, or a `timedelta`; None waits for ever.

    >>> @cs.flow
    ... def answer() -> str:
    ...     return wait("answer", timeout=1)
    >>> signals = cs.Signals()
    >>> signals.send("answer", "yes")
    >>> cs.run(answer(), signals=signals)
    'yes'
    """
    _refuse("wait")


def emit(name: str, value: object = None) -> Any:
    """In a flow: tell the listeners of the run something.

    >>> @cs.flow
    ... def work() -> None:
    ...     emit("progress", 0.5)
    >>> told = []
    >>> cs.run(work(), listener=told.append)
    >>> told[1].name, told[1].value
    ('progress', 0.5)
    """
    _refuse("emit")


def gather(*calls: Any) -> Any:
    """In a flow: run calls of tasks and flows side by side, and give the list of their results.

    The first error cancels the others.

    >>> length = cs.task(len)
    >>> @cs.flow
    ... def lengths() -> list[int]:
    ...     return gather(length("a"), length("bc"))
    >>> cs.run(lengths())
    [1, 2]
    """
    _refuse("gather")


def timeout(duration: timedelta | float) -> Any:
    """In a flow: ``with cs.timeout(10):`` ends its suite with a `TimeoutError` when it takes longer.

    ``duration`` is in seconds, or a `timedelta`.

    >>> @cs.flow
    ... def hasty() -> str:
    ...     try:
    ...         with timeout(0.001):
    ...             sleep(10)
    ...     except TimeoutError:
    ...         return "gave up"
    >>> cs.run(hasty())
    'gave up'
    """
    _refuse("timeout")


def fail(value: object = None) -> NoReturn:
    """In a flow: end it with the error ``FlowFailed(value)``, which `except` can catch.

    >>> @cs.flow
    ... def hopeless() -> None:
    ...     fail("no way")
    >>> cs.run(hopeless())
    Traceback (most recent call last):
    cascade_vm.errors.FlowFailed: no way
    """
    _refuse("fail")


WORDS: Mapping[Any, str] = {one: one.__name__ for one in (emit, fail, gather, sleep, timeout, wait)}
"""The functions, each with the name by which the front end knows it."""


def _refuse(name: str) -> NoReturn:
    from cascade.errors import Problem, UsageError

    message = f"`cs.{name}(…)` was called outside of a flow, where no run does it"
    hint = "it stands in the body of a function that is decorated with `@cs.flow`"
    raise UsageError(Problem("CS421", message, written_at(sys._getframe(2)), hint))
