"""A run that is paused."""

from contextlib import suppress
from pathlib import Path

import cascade as cs
from cascade.errors import RunPaused


def make(folder: Path) -> None:
    call = cs.load(folder / "program.csc").main()
    with suppress(RunPaused):
        cs.run(call, store=str(folder / "runs.db"), run_id="order-17", budget=cs.Budget(calls=0))
