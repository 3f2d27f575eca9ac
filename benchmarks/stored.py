"""Storing values: bytes of a value and back, against pickle.

    python benchmarks/stored.py

Pickle is a call of C code for each; it keeps aliases too, and calls what the bytes name. Most results of tasks are small dicts.
"""

from __future__ import annotations

import datetime
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cascade.durable import decode, encode
from figures import Figure, exit_status, medians, seconds, show

ROUNDS = 15


@dataclass
class Point:
    x: int
    y: float
    name: str


VALUES: dict[str, tuple[Any, int, float | None, float | None]] = {
    "a small dict": ({"id": 7, "status": "shipped", "total": 12.5, "ok": True}, 2_000, 10, 5),
    "a nested dict": ({"order": {"id": 7, "lines": [{"sku": "a"}, {"sku": "b"}]}}, 2_000, 15, 5),
    "a small tuple": ((1, "a", 2.5), 2_000, None, None),
    "a dict with a datetime": ({"id": 7, "at": datetime.datetime(2025, 1, 1)}, 2_000, None, None),
    "100 dataclasses": ([Point(at, 2.0, "a") for at in range(100)], 20, 8, 20),
    "1,000 small dicts": ([{"id": at, "status": "shipped", "total": 12.5} for at in range(1000)], 4, 30, 3),
    "10,000 ints": ([*range(10_000)], 10, 10, 3),
    "a text of 100 kB": ("x" * 100_000, 200, None, None),
}
"""What is stored, how often in a round, and how many times the time of pickle writing and reading may take."""


def repeated(run: Callable[[Any], object], argument: Any, times: int) -> Callable[[], float]:
    def rounds() -> None:
        for _ in range(times):
            run(argument)

    return lambda: seconds(rounds) / times * 1e6


def figures() -> list[Figure]:
    """Two ratios and two times for each value."""
    found = []
    for name, (value, times, most_writing, most_reading) in VALUES.items():
        stored, pickled = encode(value), pickle.dumps(value, 5)
        took = medians(
            {
                "write": repeated(encode, value, times),
                "pickle": repeated(lambda one: pickle.dumps(one, 5), value, times),
                "read": repeated(decode, stored, times),
                "unpickle": repeated(pickle.loads, pickled, times),
            },
            ROUNDS,
        )
        found += [
            Figure(f"write {name}, against pickle", took["write"] / took["pickle"], "times", most_writing),
            Figure(f"write {name}", took["write"], "µs"),
            Figure(f"read {name}, against pickle", took["read"] / took["unpickle"], "times", most_reading),
            Figure(f"read {name}", took["read"], "µs"),
        ]
    return found


if __name__ == "__main__":
    show(result := figures())
    sys.exit(exit_status(result))
