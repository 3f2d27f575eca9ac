"""What a system has of each resource, and who may use how much of it now.

A call takes all that it needs at once or waits, so two calls never hold what the other needs. Those that wait are served in
the order in which they came; one may be overtaken by calls that need nothing of what it needs. This file knows amounts,
not calls.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from cascade.errors import EngineError, Problem

__all__ = ["Amounts", "Capacity", "check_amounts"]

Amounts = Mapping[str, float]


def check_amounts(amounts: Mapping[str, object], target: str) -> dict[str, float]:
    """The amounts that a call needs, as numbers; none that is 0. Raises `EngineError` CS447."""
    checked: dict[str, float] = {}
    for name, amount in amounts.items():
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise EngineError(Problem("CS447", f"{target} needs {amount!r} of `{name}`, which is not a number"))
        if not (math.isfinite(amount) and amount >= 0):
            raise EngineError(Problem("CS447", f"{target} needs {amount!r} of `{name}`, which can not be"))
        if amount:
            checked[name] = amount
    return checked


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    number: int
    amounts: Amounts
    granted: asyncio.Future[None]


class Capacity:
    """The resources of a system. None: nothing is limited."""

    def __init__(self, total: Mapping[str, object] | None) -> None:
        self._limited = total is not None
        checked = check_amounts(total or {}, "the system")
        self._total: dict[str, float] = {name: checked.get(name, 0) for name in total or ()}
        self._used: dict[str, float] = {}
        self._number = 0
        self._queues: dict[frozenset[str], deque[_Waiting]] = {}  # one for all that need the same resources

    def check(self, amounts: Amounts, target: str) -> None:
        """Raise `EngineError` for what will never be there: CS445 for too much, CS446 for an unknown resource."""
        if not self._limited:
            return
        for name, amount in amounts.items():
            total = self._total.get(name)
            if total is None:
                known = ", ".join(f"`{one}`" for one in self._total) or "none"
                hint = f"it has {known}; Engine(system_resources=…) says what there is"
                raise EngineError(Problem("CS446", f"{target} needs `{name}`, which the system does not have", hint=hint))
            if _exceeds(amount, total):
                message = f"{target} needs {amount:g} of `{name}`, and the whole system has {total:g}"
                raise EngineError(Problem("CS445", message, hint="it would wait for ever: ask for less, or have more"))

    def take(self, amounts: Amounts) -> str | None:
        """Take all of it now, if that is possible and fair. Else the reason why not."""
        if not self._limited:
            return None
        waited_for = frozenset[str]().union(*self._queues)
        for name, amount in amounts.items():
            free = self._free(name)
            if name in waited_for:
                return f"needs {amount:g} of `{name}`, for which others wait already"
            if _exceeds(amount, free):
                return f"needs {amount:g} of `{name}`, {free:g} of {self._total[name]:g} is free"
        self._use(amounts, 1)
        return None

    async def wait(self, amounts: Amounts) -> None:
        """Take all of it, as soon as it is there."""
        self._number += 1
        waiting = _Waiting(self._number, amounts, asyncio.get_running_loop().create_future())
        self._queues.setdefault(frozenset(amounts), deque()).append(waiting)
        try:
            await waiting.granted
        except asyncio.CancelledError:
            if waiting.granted.done() and not waiting.granted.cancelled():  # granted at the same moment
                self._use(amounts, -1)
            self._serve()  # those behind it may go
            raise

    def give_back(self, amounts: Amounts) -> None:
        """Give back what was taken; those that wait are served."""
        if self._limited:
            self._use(amounts, -1)
            self._serve()

    # --- inside ---

    def _free(self, name: str) -> float:
        return self._total[name] - self._used.get(name, 0)

    def _use(self, amounts: Amounts, sign: int) -> None:
        for name, amount in amounts.items():
            self._used[name] = self._used.get(name, 0) + sign * amount

    def _serve(self) -> None:
        """Serve the first of each queue, the longest waiting one first. One that must wait keeps the resources that it needs
        from all that came later."""
        heads = [(queue[0].number, names) for names in tuple(self._queues) if (queue := self._cleaned(names))]
        heapify(heads)
        kept: set[str] = set()
        while heads:
            _, names = heappop(heads)
            waiting = self._queues[names][0]
            if kept.isdisjoint(names) and not any(_exceeds(need, self._free(name)) for name, need in waiting.amounts.items()):
                self._use(waiting.amounts, 1)
                waiting.granted.set_result(None)
                if queue := self._cleaned(names):
                    heappush(heads, (queue[0].number, names))
            else:
                kept |= names

    def _cleaned(self, names: frozenset[str]) -> deque[_Waiting] | None:
        """A queue without those at its head that wait no longer; None when nobody is left."""
        queue = self._queues[names]
        while queue and queue[0].granted.done():
            queue.popleft()
        if not queue:
            del self._queues[names]
        return queue or None


def _exceeds(wanted: float, free: float) -> bool:
    """Whole numbers are compared exactly; sums of fractions may be off by a rounding error."""
    return wanted - free > (1e-9 if isinstance(wanted + free, float) else 0)
