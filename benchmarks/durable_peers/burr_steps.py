"""Burr: a loop of one action, saved to SQLite at each step. Prints seconds."""
# mypy: ignore-errors

from __future__ import annotations

import sys
import time

from burr.core import ApplicationBuilder, State, action, expr
from burr.core.persistence import SQLLitePersister


@action(reads=["n"], writes=["n"])
def step(state: State) -> State:
    """A step that does next to nothing."""
    return state.update(n=state["n"] - 1)


@action(reads=[], writes=[])
def done(state: State) -> State:
    """Where it ends."""
    return state


def loop(steps: int, saver, run: str) -> None:
    """One run of so many turns."""
    builder = ApplicationBuilder().with_actions(step=step, done=done)
    builder = builder.with_transitions(("step", "step", expr("n > 0")), ("step", "done"))
    builder = builder.with_state_persister(saver).with_identifiers(app_id=run)
    builder.with_state(n=steps).with_entrypoint("step").build().run(halt_after=["done"])


if __name__ == "__main__":
    saver = SQLLitePersister(sys.argv[2], connect_kwargs={"check_same_thread": False})
    saver.connection.execute("PRAGMA journal_mode = WAL")
    saver.connection.execute("PRAGMA synchronous = FULL")
    saver.initialize()
    loop(10, saver, "first")
    began = time.perf_counter()
    loop(int(sys.argv[1]), saver, "second")
    print(time.perf_counter() - began)
