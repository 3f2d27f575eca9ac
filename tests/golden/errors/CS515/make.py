"""A store of the next version."""

import sqlite3
from contextlib import closing
from pathlib import Path

import cascade as cs


def make(folder: Path) -> None:
    cs.run(cs.load(folder / "program.csc").main(), store=str(folder / "runs.db"), run_id="order-17")
    with closing(sqlite3.connect(folder / "runs.db")) as database:
        database.execute("PRAGMA user_version = 9")
        database.commit()
