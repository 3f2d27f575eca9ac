"""Structured concurrency: run strands at the same time, and end only when all of them have ended.

It knows coroutines and their errors, nothing of flows, tasks or policies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Any, TypeGuard

from cascade_vm.host import Begin, Start

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
    return await _Group(iter(starts), limit).run()


async def weave(begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: int | None = None) -> list[object]:
    """`gather` of strands that wait for each other: number ``i`` begins when all of ``needs[i]`` have ended.

    Of those that may begin the one with the lowest number does so first.
    """
    return await _Weave(begins, needs, limit).run()


class _Escape:
    """An error that would stop the event loop at once if it left a task of asyncio: carried to the parent instead."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


async def _strand(start: Start) -> object:
    # The strand is started in here, so that one cancelled before its first step leaves no coroutine behind.
    try:
        return await start()
    except (KeyboardInterrupt, SystemExit) as error:
        return _Escape(error)


def _is_fatal(error: BaseException | None) -> TypeGuard[BaseException]:
    """Whether it ends the whole run: an interrupt, an exit, a spent budget."""
    return error is not None and not isinstance(error, Exception | asyncio.CancelledError)


class _Group:
    """Strands under way. ``running`` has the place of each one's result."""

    __slots__ = ("_all_ended", "_error", "_limit", "_results", "_running", "_starts", "_stopping")

    def __init__(self, starts: Iterator[Start], limit: int | None) -> None:
        self._starts = starts
        self._limit = limit
        self._results: list[object] = []
        self._running: dict[asyncio.Task[object], int] = {}
        self._error: BaseException | None = None
        self._stopping = False
        self._all_ended: asyncio.Future[None] | None = None

    async def run(self) -> list[object]:
        loop = asyncio.get_running_loop()
        cancelled: asyncio.CancelledError | None = None
        self._fill()
        while self._running:
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
        return self._results

    def _fill(self) -> None:
        """Start strands while there is room."""
        create_task, ended = asyncio.get_running_loop().create_task, self._ended
        try:
            while not self._stopping and (self._limit is None or len(self._running) < self._limit):
                following = self._following()
                if following is None:
                    return
                place, start = following
                task: asyncio.Task[Any] = create_task(_strand(start))
                self._running[task] = place
                task.add_done_callback(ended)
        except Exception as error:  # what gives the starts failed
            self._fail(error)

    def _following(self) -> tuple[int, Start] | None:
        """The next strand to start, and its place; None when none can be."""
        start = next(self._starts, None)
        if start is None:
            return None
        self._results.append(None)
        return len(self._results) - 1, start

    def _succeeded(self, place: int, result: object) -> None:
        self._results[place] = result

    def _stop(self) -> None:
        self._stopping = True
        for task in self._running:
            task.cancel()

    def _fail(self, error: BaseException) -> None:
        """Remember the first error; one that ends the whole run outdoes an ordinary one."""
        if self._error is None or (_is_fatal(error) and not _is_fatal(self._error)):
            self._error = error
        if not self._stopping:
            self._stop()

    def _ended(self, task: asyncio.Task[object]) -> None:
        place = self._running.pop(task)
        if task.cancelled():
            if not self._stopping:
                self._fail(asyncio.CancelledError())
        elif (error := task.exception()) is not None:
            if not self._stopping or not isinstance(error, Exception):
                self._fail(error)
        elif isinstance(result := task.result(), _Escape):
            self._fail(result.error)
        else:
            self._succeeded(place, result)
        if not self._stopping:
            self._fill()
        if not self._running and self._all_ended is not None and not self._all_ended.done():
            self._all_ended.set_result(None)


class _Weave(_Group):
    """Strands that wait for each other. ``missing`` counts what each one still waits for; ``ready`` is a heap of places."""

    __slots__ = ("_begins", "_dependents", "_missing", "_ready")

    def __init__(self, begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: int | None) -> None:
        super().__init__(iter(()), limit)
        self._begins = begins
        self._results = [None] * len(begins)
        self._missing = [len(set(needed)) for needed in needs]
        self._dependents: list[list[int]] = [[] for _ in begins]
        for place, needed in enumerate(needs):
            for other in set(needed):
                self._dependents[other].append(place)
        self._ready = [place for place, missing in enumerate(self._missing) if not missing]
        heapify(self._ready)

    def _following(self) -> tuple[int, Start] | None:
        if not self._ready:
            return None
        place = heappop(self._ready)
        return place, partial(self._begins[place], self._results)

    def _succeeded(self, place: int, result: object) -> None:
        self._results[place] = result
        for dependent in self._dependents[place]:
            self._missing[dependent] -= 1
            if not self._missing[dependent]:
                heappush(self._ready, dependent)
