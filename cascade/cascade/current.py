"""The call that a task is: its key, which attempt it is, and the run that it belongs to.

Known while a task is called in a durable run, in the task and in what it calls, also in a thread. This file knows no runs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from cascade.errors import Problem, UsageError

__all__ = ["CurrentCall", "current_call", "hide", "show"]


@dataclass(frozen=True, slots=True)
class CurrentCall:
    """``key`` names the call: it is the same whenever the call is made again, after an error or after a crash, and no other
    call of any run has it. So it is what a payment service wants as its idempotency key. ``attempt`` counts from 1; ``run_id``
    is the name of the run.

    >>> call = CurrentCall("order-17/0.1", 1, "order-17", lambda: None)
    >>> call.run_id, call.attempt
    ('order-17', 1)
    """

    key: str
    attempt: int
    run_id: str
    _tell: Callable[[float | None], None] = field(repr=False, compare=False)
    _connection: Any = field(default=None, repr=False, compare=False)

    def heartbeat(self) -> None:
        """Say that the call is alive. A task that declares an ``idle_timeout`` is given up when it does not for so long."""
        self._tell(None)

    @property
    def connection(self) -> Any:
        """In a task that is ``transactional``: the store's own connection (a `sqlite3.Connection`, or psycopg's
        `AsyncConnection`), in the transaction that its result is committed in. What is written by it is there if and only if
        the call has been committed: exactly once. `UsageError` CS527 in any other task."""
        if self._connection is None:
            message = "the call has no connection: its task is not transactional"
            raise UsageError(Problem("CS527", message, hint="declare it with `@cs.task(transactional=True)`"))
        return self._connection

    def add_cost(self, amount: float) -> None:
        """Say what the call costs, in the unit of the run's `Budget.cost`. It counts when the call ends, however it does."""
        self._tell(float(amount))


_CURRENT: ContextVar[Callable[[], CurrentCall]] = ContextVar("cascade_current_call")
"""What gives it: few tasks ask."""
show = _CURRENT.set
"""Before a call is made; it gives what `hide` takes when it has been made."""
hide = _CURRENT.reset


def current_call() -> CurrentCall:
    """The call of the task that runs. `UsageError` CS526 where there is none: outside of tasks, and in runs without a store.

    >>> @cs.task
    ... def pay(amount: int) -> str:
    ...     return cs.current_call().key
    >>> @cs.flow
    ... def order() -> str:
    ...     return pay(100)
    >>> cs.run(order(), store="runs.db", run_id="order-17")
    'order-17/0.1'
    """
    try:
        call = _CURRENT.get()
    except LookupError:
        message = "there is no current call: it is known in tasks of runs that are kept in a store"
        raise UsageError(Problem("CS526", message, hint="run the flow with `store=…`")) from None
    return call()
