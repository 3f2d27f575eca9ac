"""Memory of long runs: a loop of 10 million turns, and 10 million mutual tail calls, against 1,000 of each.

    python benchmarks/memory.py

Each run has a process of its own; what is compared is the most memory that it ever had.
"""

from __future__ import annotations

import asyncio
import resource
import sys

from figures import Figure, blueprint_of, exit_status, in_fresh_process, show

FEW = 1_000
MANY = 10_000_000
PROGRAMS = {
    "loop": """\
flow main(n: int):
    total = 0
    while n > 0:
        total += n % 7
        n -= 1
    return total
""",
    "tail calls": """\
flow main(n: int):
    if n <= 0:
        return "even"
    return odd(n - 1)

flow odd(n: int):
    if n <= 0:
        return "odd"
    return main(n - 1)
""",
}
# Inlining would make one flow of the two: the calls themselves are what is looked at.
LEVELS = {"loop": 2, "tail calls": 0}


def peak(program: str, turns: int) -> float:
    """In this process: run it, and give the peak of the resident memory in MiB."""
    from cascade.host import LocalHost
    from cascade_vm.machine import Machine

    machine = Machine(blueprint_of(PROGRAMS[program], LEVELS[program]), LocalHost({}))
    asyncio.run(machine.run(0, [turns]))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def figures() -> list[Figure]:
    found = []
    for program in PROGRAMS:
        few, many = (float(in_fresh_process("memory", program, turns)) for turns in (FEW, MANY))
        found.append(Figure(f"10 million turns, {program}: memory above 1,000", many - few, "MiB", 2))
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(peak(sys.argv[1], int(sys.argv[2])))
    else:
        show(result := figures())
        sys.exit(exit_status(result))
