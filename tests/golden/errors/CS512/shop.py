import asyncio

from cascade.durable.store import NewRun, open_store

NEW = NewRun("order-17", b"digest", "main", b"", b"", "flow.csc")


async def main():
    store = await open_store("runs.db", clock=lambda: 1.0)
    try:
        await store.put_program(b"digest", b"program")
        await store.create(NEW)
        await store.take("order-17")
    finally:
        await store.close()


asyncio.run(main())
