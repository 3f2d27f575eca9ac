import asyncio
import sys

from cascade.durable.store import open_store

sys.modules["psycopg"] = None  # as where it is not installed
try:
    asyncio.run(open_store("postgresql://localhost/runs"))
finally:
    del sys.modules["psycopg"]
