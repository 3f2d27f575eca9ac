"""`Store`: the runs at a place, for programs that look after them, as the commands ``cascade runs``, ``show`` and so on do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from cascade.durable.encoding import encode
from cascade.durable.looks import INTERRUPTED, RunLook, look_of
from cascade.durable.names import Located, Where, checked_id, place_or_store
from cascade.durable.opened import using
from cascade.durable.running import send_signal
from cascade.durable.store import CANCEL, DAMAGED, ENDED, STATUSES, Run
from cascade.durable.store import Store as OpenStore
from cascade.errors import Problem, UsageError
from cascade.parameters import near_miss
from cascade.tracebacks import raises_at_caller

if TYPE_CHECKING:
    from cascade.durable.looks import Look

__all__ = ["Store", "new_run_id", "runs_in", "send_cancellation"]

T = TypeVar("T")

_HAND_IT = "hand it over itself where a store is named"


def new_run_id() -> str:
    """A name for a run that nobody has named: short enough to be typed."""
    return uuid4().hex[:12]


async def runs_in(store: OpenStore, status: str | None = None, limit: int = 100) -> list[RunLook]:
    """The newest runs, of one status or of all, the newest first. `UsageError` CS400 for a status that there is not."""
    known = (*STATUSES, INTERRUPTED, DAMAGED)
    if status is not None and status not in known:
        hint = (near_miss(status, known) if isinstance(status, str) else None) or f"there are {', '.join(known)}"
        raise UsageError(Problem("CS400", f"a run is never `{status}`", None, hint))
    if type(limit) is not int or not 0 <= limit < 1 << 31:
        raise UsageError(Problem("CS400", f"`limit` is how many runs are listed at most, not `{limit!r:.60}`"))
    from cascade.durable.looking import seen_rows  # most of what a run needs: not for who sends a signal

    now = time.time()
    asked = None if status in (INTERRUPTED, DAMAGED) else status
    most = limit
    while True:  # which of the runs that are running or waiting are interrupted, the store does not know
        rows = await store.runs(status=asked, limit=most)
        found = [each for each in (look_of(run, now) for run in rows) if status in (None, each.status)]
        if len(found) >= limit or len(rows) < most:
            return await seen_rows(store, found[:limit])
        most *= 4


async def send_cancellation(store: OpenStore, run_id: str) -> Run:
    """Tell a run that it is cancelled, and give it as it was. `UsageError` CS531 when it has ended."""
    run = (await store.read(checked_id(run_id))).run
    if run.status in ENDED:
        raise UsageError(Problem("CS531", f"run `{run_id}` has ended already ({run.status})"))
    await store.send(run_id, CANCEL, encode(None))
    return run


class Store(Located):
    """A store of durable runs: a path, or ``postgresql://…``. Nothing is open between calls; none may be made in an event loop.

    It can stand wherever a store is named: `cascade.run`, `resume` and `signal` take it as their ``store``.

    >>> double = cs.task(lambda number: 2 * number)
    >>> @cs.flow
    ... def four_times(number: int) -> int:
    ...     return double(double(number))
    >>> store = cs.Store("runs.db")
    >>> cs.run(four_times(3), store=store, run_id="four-times-3")
    12
    >>> [(run.run, run.status, run.calls) for run in store.runs()]
    [('four-times-3', 'done', 2)]
    """

    @raises_at_caller
    def __init__(self, url: Where) -> None:
        place = place_or_store(url)
        if not isinstance(place, str):
            raise UsageError(Problem("CS530", "a `cs.Store` is of a place, and this is a store that is open", None, _HAND_IT))
        self.url = place

    @raises_at_caller
    def runs(self, status: str | None = None, limit: int = 100) -> list[RunLook]:
        """The newest runs, the newest first. ``status`` may be ``interrupted``, of a process that is gone, and ``damaged``, of
        a run that the store can not read: nothing more is known of it."""
        return self._do(lambda store: runs_in(store, status, limit))

    @raises_at_caller
    def show(self, run_id: str) -> Look:
        """A run, brought back in memory: its strands, variables, calls under way, last results. Nothing is called."""
        from cascade.durable.looking import look

        return self._do(lambda store: look(store, run_id))

    @raises_at_caller
    def signal(self, run_id: str, name: str, value: object = None) -> None:
        """Send a signal. See `cascade.signal`."""
        _outside(send_signal(run_id, name, value, self))

    @raises_at_caller
    def cancel(self, run_id: str) -> None:
        """Cancel a run: whoever runs it, now or next, runs its `finally` suites and ends it. CS531 when it has ended."""
        self._do(lambda store: send_cancellation(store, run_id))

    @raises_at_caller
    def fork(
        self, run_id: str, new_id: str | None = None, *, at: int | None = None, changes: Mapping[str, object] | None = None
    ) -> str:
        """Copy a run under a new id, and give that: it goes on by `cascade.resume`, on the same program.

        ``at`` is the number of a record of its log, to go on from there; ``changes`` are values for variables of the flow that
        the run is in. Calls that were under way are made again; what they are called with is as it was.
        """
        from cascade.durable.forking import fork_stored

        name = new_run_id() if new_id is None else new_id
        _outside(fork_stored(run_id, name, self, at, changes))
        return name

    @raises_at_caller
    def prune(self, older_than: timedelta | float) -> int:
        """Remove the runs that have ended and were last written so long ago (a number is seconds); how many there were."""
        seconds: Any = older_than.total_seconds() if isinstance(older_than, timedelta) else older_than
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
            raise UsageError(Problem("CS400", f"how long ago is a number of seconds or a timedelta, not `{older_than!r:.60}`"))
        return self._do(lambda store: store.prune(before=time.time() - seconds, statuses=ENDED))

    def _do(self, work: Callable[[OpenStore], Coroutine[Any, Any, T]]) -> T:
        return _outside(self._with(work))

    async def _with(self, work: Callable[[OpenStore], Coroutine[Any, Any, T]]) -> T:
        async with using(self.url, create=False) as store:
            return await work(store)

    def __repr__(self) -> str:
        return f"Store({self.url!r})"


def _outside(work: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    work.close()
    raise RuntimeError("an event loop is running here: `await asyncio.to_thread(store.show, …)` calls a store in a thread")
