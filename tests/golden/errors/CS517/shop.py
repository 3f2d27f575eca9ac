import sqlite3
from threading import Timer

import cascade as cs


@cs.task(mode="inline")
def fetch() -> int:
    """Another program has the store to itself for a second."""
    database = sqlite3.connect("runs.db", check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    Timer(1, database.close).start()
    return 1
