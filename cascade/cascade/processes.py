"""Processes for calls that compute.

A function is found again in the child by its module and qualified name; arguments and results travel pickled. A call that is
cancelled has its process killed, so that a timeout frees the processor too. This file knows functions, not tasks.
"""

from __future__ import annotations

import importlib
import multiprocessing
import pickle
import signal
import sys
import threading
import traceback
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import reduce
from multiprocessing.connection import Connection
from typing import Any

from cascade.carried import packed
from cascade.threads import DaemonThreads

__all__ = ["Processes", "Ticket", "WorkerDied", "importable"]


class WorkerDied(RuntimeError):  # noqa: N818 - says what happened
    """The process that ran a call ended before it had answered."""


class Ticket:
    """One call under way; `abandon` kills the process that runs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self.abandoned = False

    def claim(self, worker: _Worker | None) -> None:
        """From now on ``worker`` runs this call; None: no longer."""
        with self._lock:
            self._worker = worker

    def abandon(self) -> None:
        with self._lock:
            self.abandoned = True
            if self._worker is not None:
                self._worker.kill()


class _Worker:
    """A child process that serves one call after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs,), daemon=True, name="cascade-compute")
        self.process.start()
        theirs.close()

    def exchange(self, request: bytes) -> Any:
        try:
            self.pipe.send_bytes(request)
            answer = self.pipe.recv_bytes()
        except (EOFError, OSError):
            self.process.join()
            raise WorkerDied(f"the process ended with status {self.process.exitcode}") from None
        return pickle.loads(answer)  # may raise anything, and the process still lives

    def kill(self) -> None:
        self.process.kill()


class Processes:
    """At most ``most`` worker processes, started when they are needed and killed when this object is gone."""

    def __init__(self, most: int) -> None:
        self.threads = DaemonThreads(most, "cascade-compute")  # each waits for one process
        self._idle: deque[_Worker] = deque()
        self.close = weakref.finalize(self, _kill_all, self._idle)

    def exchange(self, ticket: Ticket, request: bytes) -> Any:
        """Have one of the processes answer; called in one of `threads`."""
        if ticket.abandoned:
            return None
        worker = self._take()
        ticket.claim(worker)
        if ticket.abandoned:
            worker.kill()
        try:
            answer = worker.exchange(request)
        except WorkerDied:
            ticket.claim(None)
            raise
        except BaseException:
            ticket.claim(None)
            worker.kill()
            raise
        ticket.claim(None)
        if not ticket.abandoned:  # else it has been killed, which the next call would suffer for
            self._idle.append(worker)
        return answer

    def _take(self) -> _Worker:
        with suppress(IndexError):
            while True:
                worker = self._idle.pop()
                if worker.process.is_alive():
                    return worker
        return _Worker()


def _kill_all(workers: deque[_Worker]) -> None:
    while workers:
        workers.pop().kill()


def importable(fn: Any) -> tuple[str, str] | None:
    """The module and qualified name by which another process finds ``fn``; None when it would find none, or another."""
    module, name = getattr(fn, "__module__", None), getattr(fn, "__qualname__", None)
    if not module or not name:
        return None
    try:
        found = _find(module, name)
    except (ImportError, AttributeError):
        return None
    return (module, name) if found is fn else None


def _find(module: str, name: str) -> Any:
    """The function itself where a decorator has wrapped it, as a task does."""
    found = reduce(getattr, name.split("."), importlib.import_module(module))
    return getattr(found, "fn", found) if hasattr(found, "__wrapped__") else found


def pack_request(where: tuple[str, str], arguments: Sequence[object], keywords: Mapping[str, object]) -> bytes:
    """What `serve` reads. Raises whatever pickle raises for arguments that can not travel."""
    return pickle.dumps((sys.path, where, tuple(arguments), dict(keywords)))


def serve(pipe: Connection) -> None:
    """The life of a worker process. Answers are ``("value", v)``, ``("error", e)`` or ``("lost", why)``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's business, which kills what it gives up
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(request: bytes) -> bytes:
    try:
        path, where, arguments, keywords = pickle.loads(request)
        sys.path[:] = path
        value = _find(*where)(*arguments, **keywords)
    except BaseException as error:
        return _packed_error(error)
    try:
        return pickle.dumps(("value", value))
    except Exception as error:
        return pickle.dumps(("lost", f"{type(error).__name__}: {error}"))


def _packed_error(error: BaseException) -> bytes:
    """The error itself; one that can not travel becomes a `RuntimeError` that says what it was."""
    packed(error)
    try:
        data = pickle.dumps(("error", error))
        pickle.loads(data)  # many an error pickles and then can not be made again
    except Exception:
        said = "".join(traceback.format_exception_only(error)).strip()
        return pickle.dumps(("error", packed(RuntimeError(said).with_traceback(error.__traceback__), causes=0)))
    return data
