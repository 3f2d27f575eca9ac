"""A run with a record of another call."""

import asyncio
from pathlib import Path

import cascade as cs
import msgspec
from cascade.durable import encode
from cascade.durable.journal import RESULT, write_record
from cascade.durable.kept_programs import kept_of
from cascade.durable.running import Asked
from cascade.durable.store import Commit, NewRun, open_store


def make(folder: Path) -> None:
    asyncio.run(_make(folder))


async def _make(folder: Path) -> None:
    kept = kept_of(cs.load(folder / "program.csc"))
    store = await open_store(str(folder / "runs.db"))
    await store.put_program(kept.digest, kept.data)
    asked = msgspec.msgpack.encode(Asked(kept.origin, cs.Budget()))
    lease = await store.create(NewRun("order-17", kept.digest, "main", encode([1]), asked, "program.csc"))
    await store.commit(Commit(lease, [write_record([[[RESULT, 0, 12345, encode([1])]]])]))
    await store.close()
