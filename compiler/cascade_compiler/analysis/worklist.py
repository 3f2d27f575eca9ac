"""What a dataflow still has to look at: block numbers, each at most once, handed out in sweeps, lowest (or highest) first.

The order of the code is close to the best order for a forward dataflow, and its reverse for a backward one. What a sweep has
passed waits for the next: to go back at once is to go over all that follows for each thing that changed before it, and takes
the passes twenty times as long on 400 states that jump to each other.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterable

__all__ = ["Worklist"]


class Worklist:
    """False when empty."""

    __slots__ = ("_at", "_later", "_queued", "_sign", "_sweep")

    def __init__(self, blocks: Iterable[int], highest_first: bool = False) -> None:
        self._sign = -1 if highest_first else 1
        self._queued = set(blocks)
        self._sweep = [self._sign * block for block in self._queued]
        heapq.heapify(self._sweep)
        self._at = -sys.maxsize
        self._later: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._queued)

    def add(self, block: int) -> None:
        """Look at a block (again)."""
        if block not in self._queued:
            self._queued.add(block)
            place = self._sign * block
            if place > self._at:
                heapq.heappush(self._sweep, place)
            else:
                self._later.append(place)

    def pop(self) -> int:
        """The next block to look at."""
        if not self._sweep:
            self._sweep, self._later = self._later, []
            heapq.heapify(self._sweep)
        self._at = heapq.heappop(self._sweep)
        block = self._sign * self._at
        self._queued.discard(block)
        return block
