"""A store one byte of which has changed."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import cascade as cs
from cascade.errors import RunPaused


def make(folder: Path) -> None:
    call = cs.load(folder / "program.csc").main()
    with suppress(RunPaused):
        cs.run(call, store=str(folder / "runs.db"), run_id="order-17", budget=cs.Budget(calls=0))
    with closing(sqlite3.connect(folder / "runs.db")) as database:
        database.execute("UPDATE contents SET data = substr(data, 2)")
        database.commit()
