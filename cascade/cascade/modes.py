"""Where the calls of a task run: on the event loop, in a thread, in another process.

`bind` makes of a task a function that calls it as its mode says, and gives a value or a `Pending`. This file knows no
policies, budgets or events.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import CancelledError as ThreadCancelledError
from contextvars import copy_context
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias
from weakref import ReferenceType, ref

from cascade_vm.host import Later, Pending

from cascade.answers import PLAIN, finished
from cascade.tasks import Task
from cascade.threads import DaemonThreads

if TYPE_CHECKING:
    from cascade.processes import Processes

__all__ = ["REFUSED", "Direct", "Invoke", "Pools", "answered", "awaited", "bind", "later", "refusal", "refuse"]

Invoke: TypeAlias = Callable[[Sequence[Any], Mapping[str, Any]], object]

SHORT = 100e-6
"""Seconds. A call this short costs the loop about what the hop to a thread would (79 µs)."""
PROVED_BY = 3
"""Short calls in a row, in threads, after which a task runs inline. Each relapse multiplies it by `MORE_AFTER_RELAPSE`."""
MORE_AFTER_RELAPSE = 10
FORGIVEN_AFTER = 10_000
"""Inline calls after which a long one is taken for an accident (the system gave the processor to others, garbage was
collected) and the task has to prove itself as little as a new one: that costs a quarter of a millisecond."""
TIMED_CALLS = 100
"""Calls that are timed when something has held up the loop."""
TOO_LONG = 5e-3
"""Seconds. An inline call this long holds up the loop for a whole time slice: back to threads."""
MOST_THREADS = 64
"""Blocking calls mostly wait; more than these queue."""


class Pools:
    """Threads and processes of a host, made on first use."""

    @cached_property
    def threads(self) -> DaemonThreads:
        return DaemonThreads(MOST_THREADS, "cascade-task")

    @cached_property
    def processes(self) -> Processes:
        from cascade.processes import Processes  # 15 ms with multiprocessing, for the programs that compute

        return Processes(os.cpu_count() or 1)

    def close(self) -> None:
        """End idle threads and processes. Calls under way in threads can not be stopped. A call after this makes new ones."""
        if "threads" in self.__dict__:
            self.__dict__.pop("threads").shutdown()
        if "processes" in self.__dict__:
            processes: Processes = self.__dict__.pop("processes")
            processes.threads.shutdown()
            processes.close()


def bind(task: Task[..., Any], pools: Pools) -> Invoke:
    """How the task is called from now on."""
    if task.is_async:
        return _Async(task.name, task.fn)
    match task.mode:
        case "inline":
            return _Inline(task.name, task.fn)
        case "blocking":
            return lambda arguments, keywords: Pending(_in_thread(pools, task, arguments, keywords))
        case "compute":
            from cascade.compute import call_in_process

            return lambda arguments, keywords: Pending(call_in_process(pools, task, arguments, keywords))
        case "auto":
            return _Auto(task, pools)


# --- on the loop ---------------------------------------------------------------------------------------------------------


class Direct:
    """A task on the loop. Whoever calls it as the function that it is (`cascade.directs`) keeps to what `attach` puts there.

    ``waits`` says that what the function gives is awaited.
    """

    __slots__ = ("_fn", "_target")

    waits = False

    def __init__(self, target: str, fn: Callable[..., Any]) -> None:
        self._target = target
        self._fn = fn

    def attach(self, put: Callable[[Any], None]) -> None:
        """``put(function)`` now, and whenever it is another one. A ``put`` that nobody else holds is forgotten."""
        put(self._fn)

    def suspect(self) -> None:
        """Something held up the loop; this may be it."""


class _Async(Direct):
    """A coroutine function."""

    __slots__ = ()

    waits = True

    def __call__(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Pending:
        return later(self._target, self._fn(*arguments, **keywords))


class _Inline(Direct):
    """Called on the loop, however long it takes."""

    __slots__ = ()

    def __call__(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> object:
        try:
            value = self._fn(*arguments, **keywords) if keywords else self._fn(*arguments)
        except REFUSED as error:
            refuse(self._target, error)
        return value if type(value) in PLAIN else answered(self._target, value)


def answered(target: str, value: Any) -> object:
    """What a function gave on the loop: the value, or what it will be when it has been awaited."""
    value = finished(target, value)
    return later(target, value) if hasattr(value, "__await__") else value


def later(target: str, answer: Awaitable[Any]) -> Pending:
    """What a task's own coroutine will give."""
    return Pending(awaited(target, answer), getattr(answer, "close", None))


async def awaited(target: str, answer: Awaitable[Any]) -> object:
    """What a task's own coroutine gives.

    A `CancelledError` that nobody asked for came from something the task awaits. It is an error of the task's then, which
    a program can catch and retry.
    """
    try:
        return finished(target, await answer)
    except asyncio.CancelledError as error:
        current = asyncio.current_task()
        if current is None or current.cancelling():
            raise
        refuse(target, error)


REFUSED = (StopIteration, asyncio.CancelledError, ThreadCancelledError)


def refuse(target: str, error: BaseException) -> NoReturn:
    """Errors that mean something else once they have left a call: `StopIteration` can not pass a coroutine (Python makes the
    same of it there), and a `CancelledError` that nobody asked for would end the run without a word. (asyncio takes that of
    threads for one of its own.)"""
    raise refusal(target, error) from error


def refusal(target: str, error: BaseException) -> RuntimeError:
    """What `refuse` raises."""
    what = "raised StopIteration" if isinstance(error, StopIteration) else "was cancelled from within"
    made = RuntimeError(f"{target} {what}")
    made.__cause__ = error
    return made


# --- in a thread ---------------------------------------------------------------------------------------------------------


async def _in_thread(pools: Pools, task: Task[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any]) -> object:
    value, _ = await _measured(pools, task, arguments, keywords)
    return value


async def _measured(
    pools: Pools, task: Task[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[object, float]:
    """The value, and how many seconds the call took in the thread."""
    context = copy_context()
    loop = asyncio.get_running_loop()
    work = partial(context.run, _timed, task.name, task.fn, arguments, keywords)
    value, seconds = await loop.run_in_executor(pools.threads, work)
    value = finished(task.name, value)
    return (await awaited(task.name, value) if hasattr(value, "__await__") else value), seconds


def _timed(target: str, fn: Callable[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, float]:
    began = perf_counter()
    try:
        value = fn(*arguments, **keywords)
    except REFUSED as error:
        refuse(target, error)
    return value, perf_counter() - began


class _Auto(Direct):
    """Off the loop until it has proved short; inline as long as it stays so.

    Where it is called as the function that it is, nobody looks at the clock, until a machine finds that the loop was held up:
    then calls are timed for a while.
    """

    __slots__ = ("_inline", "_inline_calls", "_needed", "_places", "_pools", "_short_calls", "_task", "_timed")

    def __init__(self, task: Task[..., Any], pools: Pools) -> None:
        super().__init__(task.name, task.fn)
        self._task = task
        self._pools = pools
        self._inline = False
        self._inline_calls = 0
        self._short_calls = 0
        self._needed = PROVED_BY
        self._places: list[ReferenceType[Callable[[Any], None]]] = []
        self._timed = 0  # calls still to be timed

    def attach(self, put: Callable[[Any], None]) -> None:
        self._places = [place for place in self._places if place() is not None]
        self._places.append(ref(put))
        put(self._function())

    def suspect(self) -> None:
        self._timed = TIMED_CALLS
        self._put()

    def _function(self) -> Callable[..., Any]:
        if not self._inline:
            return Later
        return self._call_timed if self._timed else self._fn

    def _put(self) -> None:
        """Let everybody know which function it is now."""
        function = self._function()
        for place in self._places:
            put = place()
            if put is not None:
                put(function)

    def _call_timed(self, *arguments: Any, **keywords: Any) -> Any:
        self._timed -= 1
        self._inline_calls += 1
        began = perf_counter()
        try:
            return self._fn(*arguments, **keywords)
        finally:
            if perf_counter() - began > TOO_LONG:
                self._relapse()
            elif self._timed <= 0:
                self._timed = 0
                self._put()

    def __call__(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> object:
        if not self._inline:
            return Pending(self._prove(arguments, keywords))
        self._inline_calls += 1
        began = perf_counter()
        try:
            value = self._fn(*arguments, **keywords) if keywords else self._fn(*arguments)
        except REFUSED as error:
            refuse(self._task.name, error)
        finally:
            if perf_counter() - began > TOO_LONG:
                self._relapse()
        return value if type(value) in PLAIN else answered(self._task.name, value)

    async def _prove(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> object:
        value, seconds = await _measured(self._pools, self._task, arguments, keywords)
        self._short_calls = self._short_calls + 1 if seconds < SHORT else 0
        if self._short_calls >= self._needed:
            self._inline = True
            self._put()
        return value

    def _relapse(self) -> None:
        self._needed = PROVED_BY if self._inline_calls >= FORGIVEN_AFTER else self._needed * MORE_AFTER_RELAPSE
        self._inline, self._inline_calls, self._short_calls = False, 0, 0
        self._put()
