import asyncio

from cascade.durable.store import open_store

asyncio.run(open_store("shop.py"))
