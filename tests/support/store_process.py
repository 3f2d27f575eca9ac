"""A process that has a store open, for tests that stop, kill or lock out such a one.

    python store_process.py URL COMMAND …

It says each thing that it has done in a line; `hold` and `stopped` go on when they are told so by a line.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cascade.durable.store import Commit, Lease, NewRun, Store, open_store
from cascade.errors import StoreError


async def begin(store: Store, run_id: str) -> Lease:
    """A new run, or one that was left."""
    await store.put_program(b"digest", b"program")
    if any(run.run_id == run_id for run in await store.runs(limit=1000)):
        return await store.take(run_id)
    return await store.create(NewRun(run_id, b"digest", "main", b"arguments", b"asked", "flow.csc"))


def say(*words: object) -> None:
    print(*words, flush=True)


def payload(number: int) -> bytes:
    """The record of that number: of very different lengths."""
    return b"%d " % number + bytes([number % 251]) * (number * 7919 % 3000)


async def hold(store: Store, run_id: str) -> None:
    """Own a run; and commit to it when it is told to."""
    lease = await begin(store, run_id)
    await store.commit(Commit(lease, [b"first"]))
    say(lease.token)
    for _ in sys.stdin:
        try:
            await store.commit(Commit(lease, [b"second"]))
            say("committed")
        except StoreError as error:
            say(error.code)


async def commit(store: Store, run_id: str, count: str) -> None:
    """One record after the other, from the number that is there on."""
    lease = await begin(store, run_id)
    base = sum(map(int, ((await store.read(run_id)).snapshot or b"0").split()))
    number = base + len((await store.read(run_id)).records)
    say("begins", number)
    for at in range(number, number + int(count)):
        snapshot = b"%d" % at if at % 50 == 49 else None
        await store.commit(Commit(lease, [payload(at)], snapshot=snapshot))
        say(at)


async def together(store: Store, run_id: str, count: str) -> None:
    """Twenty runs commit at once, three records each."""
    leases = [await begin(store, f"{run_id}-{at}") for at in range(20)]
    say("begins")
    for turn in range(int(count)):
        await asyncio.gather(*(store.commit(Commit(lease, [b"a", b"b", b"%d" % turn])) for lease in leases))
        say(turn)


async def main(url: str, command: str, run_id: str, *words: str, lease_seconds: float = 30.0) -> None:
    store = await open_store(url, lease_seconds=lease_seconds)
    try:
        await {"hold": hold, "commit": commit, "together": together}[command](store, run_id, *words)
    finally:
        await store.close()


def process_command(url: str, command: str, *words: object) -> list[str]:
    """What starts such a process."""
    return [sys.executable, str(Path(__file__)), url, command, *map(str, words)]


if __name__ == "__main__":
    options = {"lease_seconds": 0.3} if sys.argv[2] == "stopped" else {}
    sys.argv[2] = sys.argv[2].replace("stopped", "hold")
    asyncio.run(main(*sys.argv[1:], **options))
