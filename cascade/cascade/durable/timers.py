"""What of a durable run happens by itself, in the order of time: a heap. What is out of date is dropped when it comes up."""

from __future__ import annotations

import math
from heapq import heappop, heappush
from itertools import count

from cascade.durable.suspensions import Attempting, Calling, Sleeping, Suspension, Waiting

__all__ = ["Timers", "due_at"]


def due_at(waits: Suspension) -> float:
    """When something happens to a suspension by itself; infinite for never."""
    match waits:
        case Sleeping(until=float(until)) | Waiting(until=float(until)):
            return until
        case Calling(idle=float(idle)):
            return min(idle, waits.course.next_event())
        case Calling() | Attempting():
            return waits.course.next_event()
        case _:
            return math.inf


class Timers:
    """Suspensions by the time when something happens to them."""

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Suspension]] = []
        self._count = count()

    def watch(self, waits: Suspension) -> None:
        """Its time is known, or is another one now."""
        due = due_at(waits)
        if due < math.inf:
            heappush(self.heap, (due, next(self._count), waits))

    def next(self) -> float:
        """When the next of them is due; infinite for never."""
        while self.heap and not _is_current(*self.heap[0]):
            heappop(self.heap)
        return self.heap[0][0] if self.heap else math.inf

    def due(self, now: float) -> list[Suspension]:
        """Those whose time has come, which are watched no longer."""
        found: list[Suspension] = []
        while self.next() <= now:
            found.append(heappop(self.heap)[2])
        return found


def _is_current(due: float, _number: int, waits: Suspension) -> bool:
    if waits.node.waits is not waits:
        return False
    return due_at(waits) == due or (isinstance(waits, Calling) and waits.idle is not None)  # that moves by itself
