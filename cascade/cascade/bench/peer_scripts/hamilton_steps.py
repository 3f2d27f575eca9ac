"""Hamilton: chains of 21 functions. It has no loops."""
# mypy: ignore-errors

from __future__ import annotations

import sys
import time

from hamilton import driver
from hamilton.function_modifiers import parameterize, source

NODES = 21


@parameterize(**{f"node{number}": {"n": source(f"node{number - 1}")} for number in range(1, NODES + 1)})
def node(n: int) -> int:
    """A step that does next to nothing."""
    return n + 1


graph = driver.Builder().with_modules(sys.modules[__name__]).build()


def chain(steps: int) -> None:
    """A run for each chain."""
    for _ in range(steps // NODES):
        graph.execute([f"node{NODES}"], inputs={"node0": 0})


if __name__ == "__main__":
    work = {"chain": chain}[sys.argv[1]]
    work(NODES)
    began = time.perf_counter()
    work(int(sys.argv[2]))
    print(time.perf_counter() - began)
