"""Tier 0, the machine without generated code, on integer loops against the same loops in plain Python.

    python benchmarks/tier0.py            # the figures
    python benchmarks/tier0.py listing    # and what the loops are compiled to

The first loop is the figure that has a goal: three operations, an index and a condition. The others show where the ratio comes
from: the emptier the loop, the more of its time is dispatch.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from figures import Figure, blueprint_of, exit_status, medians, seconds, show

TURNS = 300_000
GOAL = 6 if sys.version_info < (3, 12) else 10


def sum_of_squares(n: int) -> int:
    total = 0
    i = 0
    while i < n:
        total += i * i % 7
        i += 1
    return total


def sum_up(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def count_down(n: int) -> int:
    while n > 0:
        n -= 1
    return n


LOOPS: dict[str, tuple[Callable[[int], int], str]] = {
    "integer loop": (
        sum_of_squares,
        "flow main(n: int):\n    total = 0\n    i = 0\n    while i < n:\n        total += i * i % 7\n"
        "        i += 1\n    return total\n",
    ),
    "for over a range": (
        sum_up,
        "flow main(n: int):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n",
    ),
    "count down in a while loop": (
        count_down,
        "flow main(n: int):\n    while n > 0:\n        n -= 1\n    return n\n",
    ),
    "count down by a self tail call": (
        count_down,
        "flow main(n: int):\n    if n <= 0:\n        return n\n    return main(n - 1)\n",
    ),
    "count down by two flows' tail calls": (
        count_down,
        "flow main(n: int):\n    if n <= 0:\n        return n\n    return other(n - 1)\n\n\n"
        "flow other(n: int):\n    if n <= 0:\n        return n\n    return main(n - 1)\n",
    ),
}


def machine_run(text: str) -> Callable[[], object]:
    """A run of the program's main flow."""
    from cascade.host import LocalHost
    from cascade_vm.machine import Machine

    machine: Any = Machine(blueprint_of(text), LocalHost({}))
    return lambda: asyncio.run(machine.run(0, [TURNS]))


def figures() -> list[Figure]:
    found = []
    for name, (plain, text) in LOOPS.items():
        flow = machine_run(text)
        assert flow() == plain(TURNS)
        times = medians({"plain": lambda p=plain: seconds(lambda: p(TURNS)), "flow": lambda f=flow: seconds(f)}, 9)
        goal = GOAL if name == "integer loop" else None
        found.append(Figure(f"tier 0, {name}", times["flow"] / times["plain"], "x plain Python", goal))
    return found


def show_listings() -> None:
    from cascade_vm.listing import format_listing

    for _, text in LOOPS.values():
        print(format_listing(blueprint_of(text)))


if __name__ == "__main__":
    if sys.argv[1:] == ["listing"]:
        show_listings()
    show(found := figures())
    sys.exit(exit_status(found))
