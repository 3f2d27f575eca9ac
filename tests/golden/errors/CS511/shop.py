import asyncio

from cascade.durable.store import NewRun, open_store

NEW = NewRun("order-17", b"digest", "main", b"", b"", "flow.csc")


async def main():
    store = await open_store("runs.db")
    try:
        await store.put_program(b"digest", b"program")
        await store.create(NEW)
        await store.create(NEW)
    finally:
        await store.close()


asyncio.run(main())
