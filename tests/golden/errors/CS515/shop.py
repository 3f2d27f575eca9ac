import asyncio
import sqlite3

from cascade.durable.store import open_store


async def main():
    await (await open_store("runs.db")).close()
    with sqlite3.connect("runs.db") as db:
        db.execute("PRAGMA user_version = 1000")
    db.close()
    await open_store("runs.db")


asyncio.run(main())
