"""Runs one coroutine to its end, while signals of the system and a deadline may end it before.

The first SIGINT, SIGTERM or SIGHUP (the terminal is closed) cancels the run: `finally` suites run, branches and waits end. The
second ends the process at once.
This file knows nothing of flows.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from cascade.cli.output import complain

__all__ = ["Outcome", "leave", "supervise"]

_INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
_GRACE: Final = 1.0
"""Seconds for what user code has left on the event loop to end when it is cancelled."""


@dataclass(slots=True)
class Outcome:
    """How a run ended: with ``value``, or with ``error``. ``signal`` is what interrupted it, ``late`` that its time was up."""

    value: object = None
    error: BaseException | None = None
    signal: int | None = None
    late: bool = False


def supervise(run: Coroutine[Any, Any, object], seconds: float | None, close: Callable[[], None]) -> Outcome:
    """Run a coroutine on a new event loop. ``close`` is called before the process is ended at once."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    outcome = Outcome()
    try:
        task = loop.create_task(run)
        if seconds is not None:
            loop.call_later(seconds, _expire, task, outcome)
        with _signals_cancel(loop, task, outcome, close):
            _finish(loop, task, outcome)
            _end_leftovers(loop)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return outcome


def _expire(task: asyncio.Task[object], outcome: Outcome) -> None:
    outcome.late = True
    task.cancel()


def _finish(loop: asyncio.AbstractEventLoop, task: asyncio.Task[object], outcome: Outcome) -> None:
    try:
        outcome.value = loop.run_until_complete(task)
    except BaseException as error:
        outcome.error = error
        if isinstance(error, KeyboardInterrupt) and outcome.signal is None:  # a task raised it
            outcome.signal = signal.SIGINT


@contextlib.contextmanager
def _signals_cancel(
    loop: asyncio.AbstractEventLoop, task: asyncio.Task[object], outcome: Outcome, close: Callable[[], None]
) -> Iterator[None]:
    def interrupt(number: int, _: FrameType | None) -> None:
        if outcome.signal is not None:
            close()
            complain("interrupted again: ended at once")
            leave(128 + number)
        outcome.signal = number
        loop.call_soon_threadsafe(task.cancel)

    before = {}
    for number in _INTERRUPTS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` and the like stay in force
            with contextlib.suppress(ValueError):  # not the main thread
                before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_leftovers(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what user code has started on the loop by itself; a run leaves nothing."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    with contextlib.suppress(Exception):
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_GRACE))
        loop.run_until_complete(loop.shutdown_asyncgens())


def leave(status: int) -> None:
    """End the process now, whatever other threads are doing."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


def busy_threads(before: frozenset[threading.Thread]) -> bool:
    """Whether threads that began since would keep the process from ending."""
    return any(not thread.daemon for thread in threading.enumerate() if thread not in before)
