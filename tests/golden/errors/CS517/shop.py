import asyncio
import sqlite3

from cascade.durable.store import open_store


async def main():
    store = await open_store("runs.db?patience=0.1")
    other = sqlite3.connect("runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        await store.put_program(b"digest", b"program")
    finally:
        other.close()
        await store.close()


asyncio.run(main())
