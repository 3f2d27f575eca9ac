"""Threads for calls that block.

They are daemons: a call that was abandoned, because its timeout or a cancellation came first, does not keep the program from
ending. (`concurrent.futures.ThreadPoolExecutor` would wait for it.) They are an `Executor`, so an event loop drives them with
``run_in_executor``.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

__all__ = ["DaemonThreads"]

P = ParamSpec("P")
T = TypeVar("T")

_Job = tuple[Future[Any], Callable[[], Any]]


class DaemonThreads(Executor):
    """At most ``most`` threads, made when they are needed; they end when this object is gone."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._count = 0
        self._dismiss = weakref.finalize(self, self._jobs.put, None)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call in a thread, now or as soon as one is free."""
        future: Future[T] = Future()
        self._jobs.put((future, lambda: fn(*args, **kwargs)))
        if not self._idle.acquire(blocking=False):
            self._start_thread()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end when they have done what they were given; never waits."""
        self._dismiss()

    def _start_thread(self) -> None:
        with self._lock:
            if self._count == self._most:
                return
            self._count += 1
            name = f"{self._name}-{self._count}"
        threading.Thread(target=_work, args=(self._jobs, self._idle), name=name, daemon=True).start()


def _work(jobs: SimpleQueue[_Job | None], idle: threading.Semaphore) -> None:
    while True:
        job = jobs.get()
        if job is None:
            jobs.put(None)  # for the next thread
            return
        future, call = job
        if future.set_running_or_notify_cancel():
            _settle(future, call)
        del job, future, call  # or the last result would live until the next job
        idle.release()


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        value = call()
    except BaseException as error:
        future.set_exception(error)
        del future  # the error holds this frame, and the future holds the error
    else:
        future.set_result(value)
