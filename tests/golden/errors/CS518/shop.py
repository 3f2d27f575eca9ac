import asyncio
import sqlite3

from cascade.durable.store import Commit, NewRun, open_store


async def main():
    store = await open_store("runs.db")
    await store.put_program(b"digest", b"program")
    lease = await store.create(NewRun("order-17", b"digest", "main", b"", b"", "flow.csc"))
    await store.commit(Commit(lease, [b"first", b"second"]))
    with sqlite3.connect("runs.db") as db:
        db.execute("UPDATE log SET data = 'recond' WHERE id = (SELECT max(id) FROM log)")
    db.close()
    try:
        await store.read("order-17")
    finally:
        await store.close()


asyncio.run(main())
