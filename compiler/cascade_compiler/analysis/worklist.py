"""What a dataflow still has to look at: block numbers, each at most once, handed out lowest first (or highest first).

The order of the code is close to the best order for a forward dataflow, and its reverse for a backward one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

__all__ = ["Worklist"]


class Worklist:
    """False when empty."""

    __slots__ = ("_heap", "_queued", "_sign")

    def __init__(self, blocks: Iterable[int], highest_first: bool = False) -> None:
        self._sign = -1 if highest_first else 1
        self._queued = set(blocks)
        self._heap = [self._sign * block for block in self._queued]
        heapq.heapify(self._heap)

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, block: int) -> None:
        """Look at a block (again)."""
        if block not in self._queued:
            self._queued.add(block)
            heapq.heappush(self._heap, self._sign * block)

    def pop(self) -> int:
        """The next block to look at."""
        block = self._sign * heapq.heappop(self._heap)
        self._queued.discard(block)
        return block
