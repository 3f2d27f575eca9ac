"""A run that another machine has."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import cascade as cs
from cascade.durable.store import Owner
from cascade.durable.stores.owners import format_owner
from cascade.errors import RunPaused


def make(folder: Path) -> None:
    call = cs.load(folder / "program.csc").main()
    with suppress(RunPaused):
        cs.run(call, store=str(folder / "runs.db"), run_id="order-17", budget=cs.Budget(calls=0))
    owner = format_owner(Owner("other", 7, "", "key"))
    with closing(sqlite3.connect(folder / "runs.db")) as database:
        database.execute("UPDATE runs SET owner = ?, lease_until = 4e9", (owner,))
        database.commit()
