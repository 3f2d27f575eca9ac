import asyncio

from cascade.durable.store import NewRun, open_store

NEW = NewRun("order-17", b"digest", "main", b"", b"", "flow.csc")


async def main():
    store = await open_store("runs.db")
    try:
        await store.put_program(b"digest", b"program")
        store._writer.db.execute("PRAGMA max_page_count = 1")  # as a disk that is full
        await store.put_program(b"large", bytes(100_000))
    finally:
        await store.close()


asyncio.run(main())
