"""How samples are taken: seconds of a call or of a coroutine, and what a process of its own says or takes.

What a side gives is looked at, outside of the time: a fast wrong answer is none.
"""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from cascade.bench.figures import Measure

if TYPE_CHECKING:
    from cascade.program import Program

__all__ = ["cascade_command", "cold_folder", "process", "programs", "said_by", "timed", "timed_async"]

_ANYTHING = object()


def timed(run: Callable[[], object], gives: object = _ANYTHING) -> Measure:
    """Seconds of a call."""

    def measure() -> float:
        gc.collect()
        began = perf_counter()
        value = run()
        seconds = perf_counter() - began
        _expect(value, gives)
        return seconds

    return measure


def timed_async(make: Callable[[], Awaitable[object]], gives: object = _ANYTHING) -> Measure:
    """Seconds of what ``make`` gives to await, without the start and the end of the event loop."""

    async def measure() -> float:
        gc.collect()
        began = perf_counter()
        value = await make()
        seconds = perf_counter() - began
        _expect(value, gives)
        return seconds

    return lambda: asyncio.run(measure())


def _expect(value: object, expected: object) -> None:
    if expected is not _ANYTHING and value != expected:
        raise AssertionError(f"a benchmark gave {value!r} where {expected!r} is right")


@cache
def programs() -> Program:
    """The flows of `programs.csc`."""
    from cascade.loading import load

    return load(Path(__file__).with_name("programs.csc"))


# --- processes -----------------------------------------------------------------------------------------------------------


def process(command: Sequence[str]) -> Measure:
    """Milliseconds of a whole process."""
    run = timed(lambda: subprocess.run(command, check=True, capture_output=True, cwd=cold_folder()))
    return lambda: 1000 * run()


def said_by(command: Sequence[str], timeout: float | None = None) -> float:
    """The number that a process prints in its last line."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=timeout, cwd=cold_folder())
    return float(done.stdout.split()[-1])


@cache
def cold_folder() -> str:
    """Where processes are started: a place with nothing in it that Python could import instead."""
    folder = os.path.join(tempfile.gettempdir(), f"cascade-bench-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def cascade_command(*arguments: object) -> list[str]:
    """``cascade`` with this interpreter."""
    script = Path(sys.executable).with_name("cascade")
    start = ["-c", "import sys; from cascade.cli.run import main; sys.exit(main())"]
    return [*([str(script)] if script.exists() else [sys.executable, *start]), *map(str, arguments)]
