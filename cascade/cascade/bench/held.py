"""How many bytes flows or coroutines of one kind hold while all are under way. A process of its own, that prints the
number: ``python -m cascade.bench.held KIND COUNT``.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc

from cascade.bench.many import KINDS, Make

__all__ = ["held_by"]

STEPS = 100


async def held_by(make: Make, count: int) -> int:
    """Bytes, when each has gone some of its way."""
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    tasks = [asyncio.ensure_future(make(STEPS)) for _ in range(count)]
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return held


async def _main(kind: str, count: int) -> int:
    await held_by(KINDS[kind], 10)  # what is loaded on first need is not theirs
    tracemalloc.start()
    return await held_by(KINDS[kind], count)


if __name__ == "__main__":
    print(asyncio.run(_main(sys.argv[1], int(sys.argv[2]))))
