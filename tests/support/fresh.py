"""Generated programs as durable runs, each process of which is a fresh one that is killed.

`one_process` runs in the process that is to die. What it leaves in the folder is what the store has, and the world that the
tasks are in, which goes on while the run is dead.
"""

from __future__ import annotations

import os
import pickle
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cascade.durable.run import Paused
from cascade_compiler.optimise import optimise
from support import durable_engine, engines
from support.compare import example_of
from support.durable_engine import Kills, MemoryLedger, OnceWorld, run_durably
from support.engines import Case
from support.generate import generate
from support.model import print_program
from support.oracle import make_arguments
from support.outcomes import Outcome
from support.scripted_host import VirtualLoop

__all__ = ["expected", "one_process", "outcome_in"]


def _program(seed: int) -> tuple[Case, Any, str]:
    model = generate(seed)
    text = print_program(model).csc
    plain = engines.plain_of(engines.build(text))
    return Case(lambda: make_arguments(model.arguments), model.script), optimise(plain, 2), text


def expected(seed: int) -> tuple[Outcome, bool] | None:
    """What the run comes to that nobody kills, and whether something runs beside something in it. None: it does not end."""
    if example_of(generate(seed)) is None:
        return None
    case, blueprint, text = _program(seed)
    try:
        return run_durably(case, blueprint, Kills(), turns=engines.MOST_TURNS)[0], "parallel" in text
    except Paused:
        return None


@dataclass
class _Deaths(Kills):
    """Kills the process at a commit, when what goes on without it is written down."""

    file: str = ""
    world: Any = None
    ledger: Any = None
    loop: Any = None

    def strike(self, before: bool) -> None:
        self.counted += before
        if self.every and before == self.before and self.counted == self.every:
            ledger = [self.ledger.arguments, self.ledger.snapshot, self.ledger.records]
            with open(self.file, "wb") as file:
                pickle.dump([vars(self.world), ledger, self.loop.elapsed], file)
            os.kill(os.getpid(), signal.SIGKILL)


def one_process(folder: Path, seed: int, tier: str, every: int, before: bool, saves: bool) -> None:
    """Go on to the next death, or to the end: then the outcome is in the folder. ``every`` 0 is for no death."""
    case, blueprint, _ = _program(seed)
    deaths = _Deaths(every, before, file=f"{folder}/left")
    world, ledger, loop = OnceWorld(case.script), MemoryLedger(deaths), VirtualLoop()
    deaths.world, deaths.ledger, deaths.loop = world, ledger, loop
    if (folder / "left").exists():
        known, stored, loop.elapsed = pickle.loads((folder / "left").read_bytes())
        vars(world).update(known)
        ledger.arguments, ledger.snapshot, ledger.records = stored
    for name, made in (("OnceWorld", world), ("MemoryLedger", ledger), ("VirtualLoop", loop)):
        setattr(durable_engine, name, lambda *_, made=made: made)
    outcome, _ = run_durably(case, blueprint, deaths, tier, saves=saves)
    (folder / "outcome").write_bytes(pickle.dumps(outcome))


def outcome_in(folder: Path) -> Outcome:
    """What the last process left."""
    outcome: Outcome = pickle.loads((folder / "outcome").read_bytes())
    return outcome
