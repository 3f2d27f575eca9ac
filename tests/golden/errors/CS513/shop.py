import sqlite3

import cascade as cs
from cascade.durable.store import Owner
from cascade.durable.stores.owners import format_owner


@cs.task(mode="inline")
def fetch() -> int:
    """While it runs, another machine takes the run, as one does whose lease was over."""
    database = sqlite3.connect("runs.db")
    owner = format_owner(Owner("other", 7, "", "key"))
    database.execute("UPDATE runs SET owner = ?, token = token + 1", (owner,))
    database.commit()
    database.close()
    return 1
