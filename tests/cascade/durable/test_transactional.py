"""A transactional task writes in the store's transaction, and leaves its end to the store."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

import cascade as cs

ENDS: dict[str, object] = {
    "commit": lambda db: db.commit(),
    "rollback": lambda db: db.rollback(),
    "COMMIT": lambda db: db.execute("COMMIT"),
    "ROLLBACK": lambda db: db.execute("ROLLBACK"),
    "END": lambda db: db.executescript("END"),
    "BEGIN": lambda db: db.execute("BEGIN IMMEDIATE"),
}
WAY = [""]
SWALLOWS = [False]


@cs.task(transactional=True)
def book(amount: int) -> int:
    db = cs.current_call().connection
    db.execute("CREATE TABLE IF NOT EXISTS bookings (amount INTEGER)")
    db.execute("SAVEPOINT one")
    db.execute("INSERT INTO bookings VALUES (?)", (amount,))
    db.execute("RELEASE one")
    if WAY[0]:
        with contextlib.suppress(sqlite3.DatabaseError) if SWALLOWS[0] else contextlib.nullcontext():
            ENDS[WAY[0]](db)  # type: ignore[operator]
    return amount


@cs.flow
def booking() -> int:
    try:
        return book(100) + book(20)
    except sqlite3.Error:
        return -1


@pytest.mark.parametrize("swallows", [True, False])
@pytest.mark.parametrize("way", ENDS)
def test_a_task_that_ends_the_transaction_has_written_nothing(tmp_path: Path, way: str, swallows: bool) -> None:
    """It is told, whatever it makes of the error, and the run goes on when it is mended."""
    store = str(tmp_path / "runs.db")
    WAY[0], SWALLOWS[0] = way, swallows
    with pytest.raises(cs.UsageError, match="CS528"):
        cs.run(booking(), store=store, run_id="run")
    WAY[0] = ""
    with contextlib.closing(sqlite3.connect(store)) as db, pytest.raises(sqlite3.OperationalError, match="no such table"):
        db.execute("SELECT * FROM bookings")
    assert cs.resume("run", store) == 120
    with contextlib.closing(sqlite3.connect(store)) as db:
        assert db.execute("SELECT amount FROM bookings").fetchall() == [(100,), (20,)]
