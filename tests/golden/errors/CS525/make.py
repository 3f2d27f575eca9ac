"""A run that has ended."""

from pathlib import Path

import cascade as cs


def make(folder: Path) -> None:
    cs.run(cs.load(folder / "program.csc").main(), store=str(folder / "runs.db"), run_id="order-17")
