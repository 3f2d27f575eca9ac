"""DBOS: a loop of one step, in its SQLite back end. Prints seconds."""
# mypy: ignore-errors

from __future__ import annotations

import logging
import sys
import time

from dbos import DBOS, DBOSConfig


@DBOS.step()
def step(n: int) -> int:
    """A step that does next to nothing."""
    return n - 1


@DBOS.workflow()
def loop(steps: int) -> int:
    """One run of so many turns."""
    n = steps
    while n > 0:
        n = step(n)
    return n


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    config: DBOSConfig = {"name": "steps", "system_database_url": f"sqlite:///{sys.argv[2]}", "run_admin_server": False}
    DBOS(config=config)
    DBOS.launch()
    loop(10)
    began = time.perf_counter()
    loop(int(sys.argv[1]))
    print(time.perf_counter() - began)
    DBOS.destroy()
