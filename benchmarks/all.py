"""All benchmarks, one after the other, and one table at the end.

    python benchmarks/all.py               # all of them, a few minutes
    python benchmarks/all.py flows build   # some of them

The exit status is 1 when a goal is missed. Ratios travel from machine to machine; milliseconds do not.
"""

from __future__ import annotations

import platform
import sys
from importlib import import_module

from figures import Figure, exit_status, show

BENCHMARKS = ("tier0", "flows", "concurrency", "memory", "build", "startup", "python_in", "stored", "stores", "durable")


def main(names: list[str]) -> int:
    found: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found += import_module(name).figures()
    print(f"CPython {platform.python_version()}")
    show(found)
    return exit_status(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
