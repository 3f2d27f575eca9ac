"""Structured concurrency: run strands at the same time, and end only when all of them have ended.

It knows coroutines and their errors, nothing of flows, tasks or policies. A strand is a task of asyncio that says itself to its
group what it comes to: a callback of the event loop for each would cost a third of what the task costs. To begin strands at
once, without a task, was rejected: whoever asks for the current task would get the parent's, and many in a row would hold up
the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextvars import Context, copy_context
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Any, TypeGuard

from cascade_vm.calls import BranchBegin, StrandStarts
from cascade_vm.host import Begin, Parent, Start

__all__ = ["check_limit", "gather", "weave"]


def check_limit(limit: object) -> int | None:
    """How many may run at once; `TypeError` or `ValueError` for what is neither None nor a positive whole number."""
    if limit is None:
        return None
    if not isinstance(limit, int) or isinstance(limit, bool):
        raise TypeError(f"the limit of a parallel must be a whole number, not {type(limit).__name__}")
    if limit < 1:
        raise ValueError(f"the limit of a parallel must be at least 1, not {limit}")
    return limit


async def gather(starts: Iterable[Start], limit: int | None = None) -> list[object]:
    """The results of strands in the order of ``starts``, which is drawn from as places get free.

    The first error cancels the rest; it is raised when all have ended. So does cancellation of the caller.
    """
    group = _Group(limit)
    if type(starts) is StrandStarts:
        strands = starts.under(group)
    else:
        strands = ((place, _strand(group, place, start)) for place, start in enumerate(starts))
    return await group.run(partial(next, strands, None))


async def weave(begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: int | None = None) -> list[object]:
    """`gather` of strands that wait for each other: number ``i`` begins when all of ``needs[i]`` have ended.

    Of those that may begin the one with the lowest number does so first.
    """
    group = _Weave(needs, limit)
    return await group.run(partial(group.next_ready, begins))


def _is_fatal(error: BaseException | None) -> TypeGuard[BaseException]:
    """Whether it ends the whole run: an interrupt, an exit, a spent budget."""
    return error is not None and not isinstance(error, Exception | asyncio.CancelledError)


async def _strand(parent: Parent, place: int, start: Start) -> None:
    """A strand that tells its parent."""
    # It is started in here, so that one cancelled before its first step leaves no coroutine behind.
    try:
        running = start()
        del start  # with all that it holds
        value = await running
    except GeneratorExit:
        raise
    except BaseException as error:
        parent.failed(place, error)
    else:
        parent.gave(place, value)


class _Strand(asyncio.Task[None]):
    """The task of a strand. One that is cancelled before its first step can not say so to its group."""

    __slots__ = ("_group", "_place")
    _group: _Group
    _place: int

    def cancel(self, msg: Any | None = None) -> bool:
        if _has_not_begun(self.get_coro()):
            self._group.watch(self._place, self)
        return super().cancel(msg)


def _has_not_begun(coroutine: Any) -> bool:
    return not coroutine.cr_suspended and not coroutine.cr_running and coroutine.cr_frame is not None


class _Group:
    """Strands under way. ``running`` has the task of each by the place of its result."""

    __slots__ = (
        "_all_ended", "_context", "_draw", "_error", "_limit", "_loop", "_more", "_refilling", "_results", "_running",
        "_stopping",
    )  # fmt: skip

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._results: list[object] = []
        self._running: dict[int, asyncio.Task[None] | None] = {}
        self._error: BaseException | None = None
        self._stopping = False
        self._more = True  # there may be strands to start
        self._refilling = False
        self._all_ended: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop
        self._context: Context
        self._draw: Callable[[], tuple[int, Coroutine[Any, Any, None]] | None]

    async def run(self, draw: Callable[[], tuple[int, Coroutine[Any, Any, None]] | None]) -> list[object]:
        """``draw`` gives the next strand and its place, None when there is none now."""
        self._draw = draw
        self._loop = loop = asyncio.get_running_loop()
        self._context = copy_context()
        cancelled: asyncio.CancelledError | None = None
        self._fill()
        while self._running or self._refilling:
            self._all_ended = loop.create_future()
            try:
                await self._all_ended
            except asyncio.CancelledError as error:
                # Again and again if need be: a second one interrupts the clean-up of the strands.
                cancelled = error
                self._stop()
        try:
            if _is_fatal(self._error):  # a cancellation may be a timeout, which the program can catch
                raise self._error
            if cancelled is not None:
                raise cancelled
            if self._error is not None:
                raise self._error
        finally:
            cancelled = self._error = None  # an error that holds the frame that holds the error would wait for the gc
            del self._draw, draw  # so would what holds us
        return self._results

    # --- starting ---

    def _fill(self) -> None:
        """Start strands while there is room."""
        loop, running, results, limit = self._loop, self._running, self._results, self._limit
        if not self._more or self._stopping or len(running) == limit:
            return
        plain = type(loop).create_task is asyncio.BaseEventLoop.create_task and loop.get_task_factory() is None
        try:
            for place, coroutine in iter(self._draw, None):
                if place == len(results):
                    results.append(None)
                if plain:
                    running[place] = task = _Strand(coroutine, loop=loop, name="cascade-branch")
                    task._group, task._place = self, place
                else:
                    self._begin(place, coroutine)
                if len(running) == limit or self._stopping:
                    return
            self._more = False
        except Exception as error:  # what gives the starts failed
            self._fail(error)

    def _begin(self, place: int, coroutine: Coroutine[Any, Any, None]) -> None:
        """Begin a strand as the task that the event loop makes of it."""
        self._running[place] = None
        task = self._loop.create_task(coroutine)
        if place in self._running:  # it may have begun at once
            self._running[place] = task
            self.watch(place, task)

    def _refill(self) -> None:
        self._refilling = False
        self._fill()
        self._look_for_the_end()

    # --- ending ---

    def gave(self, place: int, value: object) -> None:
        """A strand ended with a value."""
        running = self._running
        if (task := running.pop(place)) is not None and task._must_cancel:  # type: ignore[attr-defined]
            running[place] = task
            self.failed(place, asyncio.CancelledError())  # by itself, in its last step
            return
        self._results[place] = value
        if self._more and not self._stopping:
            if not self._refilling:  # those that wait take their places in the next round of the event loop
                self._refilling = True
                self._loop.call_soon(self._refill, context=self._context)
        elif not running:
            self._look_for_the_end()

    def failed(self, place: int, error: BaseException) -> None:
        """It ended with an error, which does not leave its task: an interrupt or an exit would stop the event loop at once."""
        self._loop.call_soon(self._failed, place, error, context=self._context)

    def _failed(self, place: int, error: BaseException) -> None:
        del self._running[place]
        if isinstance(error, asyncio.CancelledError):
            if not self._stopping:
                self._fail(asyncio.CancelledError())
        elif not self._stopping or not isinstance(error, Exception):
            self._fail(error)
        self._look_for_the_end()

    def watch(self, place: int, task: asyncio.Task[None]) -> None:
        """Notice when it ends without having begun."""
        task.add_done_callback(partial(self._has_ended, place), context=self._context)

    def _has_ended(self, place: int, task: asyncio.Task[None]) -> None:
        if place in self._running:
            self._failed(place, asyncio.CancelledError())

    def _look_for_the_end(self) -> None:
        if not self._running and not self._refilling and self._all_ended is not None and not self._all_ended.done():
            self._all_ended.set_result(None)

    def _stop(self) -> None:
        self._stopping = True
        for task in [*self._running.values()]:
            if task is not None:
                task.cancel()

    def _fail(self, error: BaseException) -> None:
        """Remember the first error; one that ends the whole run outdoes an ordinary one."""
        if self._error is None or (_is_fatal(error) and not _is_fatal(self._error)):
            self._error = error
        if not self._stopping:
            self._stop()


class _Weave(_Group):
    """Strands that wait for each other. ``missing`` counts what each one still waits for; ``ready`` is a heap of places."""

    __slots__ = ("_dependents", "_missing", "_ready")

    def __init__(self, needs: Sequence[tuple[int, ...]], limit: int | None) -> None:
        super().__init__(limit)
        self._results = [None] * len(needs)
        self._missing = [len(set(needed)) for needed in needs]
        self._dependents: list[list[int]] = [[] for _ in needs]
        for place, needed in enumerate(needs):
            for other in set(needed):
                self._dependents[other].append(place)
        self._ready = [place for place, missing in enumerate(self._missing) if not missing]
        heapify(self._ready)

    def next_ready(self, begins: Sequence[Begin]) -> tuple[int, Coroutine[Any, Any, None]] | None:
        """The next strand, and its place."""
        if not self._ready:
            return None
        place = heappop(self._ready)
        begin, results = begins[place], self._results
        if type(begin) is BranchBegin:
            return place, begin.under(self, place, results)
        return place, _strand(self, place, partial(begin, results))

    def gave(self, place: int, value: object) -> None:
        if (task := self._running[place]) is None or not task._must_cancel:  # type: ignore[attr-defined]
            for dependent in self._dependents[place]:
                self._missing[dependent] -= 1
                if not self._missing[dependent]:
                    heappush(self._ready, dependent)
            self._more = bool(self._ready)
        super().gave(place, value)
