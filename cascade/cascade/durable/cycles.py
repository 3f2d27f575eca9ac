"""Which objects of a graph are part of a cycle (Tarjan, SIAM J. Comput. 1 (1972) 146-160), without recursion."""

from __future__ import annotations

from collections.abc import Collection, Sequence

__all__ = ["first_in_cycle"]


def first_in_cycle(inner: Sequence[Sequence[int]], wanted: Collection[int]) -> int | None:
    """The first of the ``wanted`` objects that is part of a cycle; ``inner`` are the parts of each object.

    >>> first_in_cycle([[1], [2], [1]], [0, 2])
    2
    """
    numbers = [0] * len(inner)
    lowest = [0] * len(inner)
    is_open = [False] * len(inner)
    opened: list[int] = []
    count = 0
    in_cycle: set[int] = set()
    for start in wanted:
        if numbers[start]:
            continue
        path = [(start, iter(inner[start]))]
        while path:
            at, rest = path[-1]
            if not numbers[at]:
                count += 1
                numbers[at] = lowest[at] = count
                is_open[at] = True
                opened.append(at)
            for one in rest:
                if not numbers[one]:
                    path.append((one, iter(inner[one])))
                    break
                if is_open[one]:
                    lowest[at] = min(lowest[at], numbers[one])
            else:
                path.pop()
                if path:
                    outer = path[-1][0]
                    lowest[outer] = min(lowest[outer], lowest[at])
                if lowest[at] == numbers[at]:
                    group: list[int] = []
                    while not group or group[-1] != at:
                        group.append(opened.pop())
                        is_open[group[-1]] = False
                    if len(group) > 1 or at in inner[at]:
                        in_cycle.update(group)
    return next((one for one in wanted if one in in_cycle), None)
