"""Stores of durable runs: what a commit costs, against the same bytes by sqlite3 itself, with the same settings.

    python benchmarks/stores.py             # beside this file, and in memory (/dev/shm)
    python benchmarks/stores.py FOLDER

A commit of one record is one statement; what it is compared with is ``INSERT`` and ``commit()`` on a connection as `sqlite3`
gives it. A thousand runs that commit at once share a transaction, which is what a disk that syncs slowly is about. In memory
nothing is synced, so there is little to share.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from cascade.durable.store import Commit, Lease, NewRun, Store, open_store
from figures import Figure, exit_status, show

RECORD = os.urandom(200)
ROUNDS = 15
RUNS = 1000
MEMORY = Path("/dev/shm")


async def seconds(call: Callable[[], Awaitable[object]]) -> float:
    began = perf_counter()
    await call()
    return perf_counter() - began


async def begin(store: Store, run_id: str) -> Lease:
    await store.put_program(b"digest", b"program")
    return await store.create(NewRun(run_id, b"digest", "main", b"", b"", "flow.csc"))


async def commits(folder: str, place: str, times: int) -> list[Figure]:
    """One run against the bare statements by turns, and a thousand runs against one."""
    store = await open_store(f"{folder}/runs.db")
    lease = await begin(store, "run")
    leases = await asyncio.gather(*(begin(store, f"run-{at}") for at in range(RUNS)))
    bare = sqlite3.connect(f"{folder}/bare.db")
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE log (data BLOB)"):
        bare.execute(statement)

    async def one() -> None:
        for _ in range(times):
            await store.commit(Commit(lease, (RECORD,)))

    async def plain() -> None:
        for _ in range(times):
            bare.execute("INSERT INTO log VALUES (?)", (RECORD,))
            bare.commit()

    async def many() -> None:
        await asyncio.gather(*(store.commit(Commit(each, (RECORD,))) for each in leases))

    took = [(await seconds(one) / times, await seconds(plain) / times, await seconds(many) / RUNS) for _ in range(ROUNDS)]
    await store.close()
    bare.close()
    shared = 0.1 if place == "disk" else None
    return [
        Figure(f"a commit of 200 bytes, {place}, against INSERT and commit", median(a / b for a, b, _ in took), "times", 1.3),
        Figure(f"a commit of 200 bytes, {place}", median(a for a, _, _ in took) * 1e6, "µs"),
        Figure(
            f"a record of 1,000 runs at once, {place}, against one run's", median(c / a for a, _, c in took), "times", shared
        ),
        Figure(f"a record of 1,000 runs at once, {place}", median(c for _, _, c in took) * 1e6, "µs"),
    ]


def size_of(path: str) -> int:
    return os.path.getsize(path) + os.path.getsize(f"{path}-wal")


async def growth(folder: str, commits: int) -> list[Figure]:
    """The file after many commits, with a snapshot after every hundred."""
    store = await open_store(f"{folder}/growth.db")
    lease = await begin(store, "run")

    async def size_after(first: int, last: int) -> int:
        for at in range(first, last):
            await store.commit(Commit(lease, (RECORD,), snapshot=RECORD * 20 if at % 100 == 0 else None))
        return size_of(f"{folder}/growth.db")

    few = await size_after(0, 2000)
    many = await size_after(2000, commits)
    read = await seconds(lambda: store.read("run"))
    await store.close()
    return [
        Figure(f"the files after {commits:,} commits, against 2,000", many / few, "times", 1.1),
        Figure(f"reading the run after {commits:,} commits", read * 1e3, "ms", 100),
    ]


def figures(folder: Path = Path(__file__).parent) -> list[Figure]:
    found = []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        found += asyncio.run(commits(place, "disk", 30))
    if MEMORY.is_dir():
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            found += asyncio.run(commits(place, "memory", 500))
            found += asyncio.run(growth(place, 1_000_000))
    return found


if __name__ == "__main__":
    show(result := figures(*map(Path, sys.argv[1:])))
    sys.exit(exit_status(result))
