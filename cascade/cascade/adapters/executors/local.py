"""Calls tasks on this machine: on the event loop, in threads, in other processes, as their mode says.

An executor knows tasks and nothing of graphs, policies or events.
"""

from __future__ import annotations

from typing import Any, Protocol

from cascade.modes import Invoke, Pools, bind
from cascade.tasks import Task

__all__ = ["Executor", "LocalExecutor"]

_MOST_BOUND = 4_096
"""Tasks that are remembered as bound. A program that makes tasks in a loop does not fill the memory with them."""


class Executor(Protocol):
    """How an `Engine` calls tasks. One of your own may send calls elsewhere, count them, or answer them in a test."""

    def bind(self, task: Task[..., Any]) -> Invoke:
        """How the task is called from now on: a function of a sequence of arguments and a mapping of keywords.

        It gives the task's value, or a `cascade_vm.host.Pending` around something to await. It is asked for once a task and
        plan; the function is called once an attempt.
        """

    def close(self) -> None:
        """End what idles. A call after this begins anew."""


class LocalExecutor:
    """Calls tasks as they declare it (`cascade.tasks.Mode`), with threads and processes that are made on first use.

    >>> length = cs.task(mode="inline")(len)
    >>> executor = LocalExecutor()
    >>> executor.bind(length)(["abc"], {})
    3
    >>> executor.close()
    """

    def __init__(self) -> None:
        self._pools = Pools()
        self._bound: dict[Task[..., Any], Invoke] = {}

    def bind(self, task: Task[..., Any]) -> Invoke:
        """How the task is called from now on. All plans share it: a task that has proved short need not do so again."""
        found = self._bound.get(task)
        if found is None:
            if len(self._bound) >= _MOST_BOUND:
                del self._bound[next(iter(self._bound))]
            found = self._bound[task] = bind(task, self._pools)
        return found

    def close(self) -> None:
        """End idle threads and processes."""
        self._pools.close()
