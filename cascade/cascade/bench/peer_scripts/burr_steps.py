"""Burr: a loop of one action, and chains of 21."""
# mypy: ignore-errors

from __future__ import annotations

import sys
import time
from itertools import pairwise

from burr.core import ApplicationBuilder, State, action, expr

NODES = 21


@action(reads=["n"], writes=["n"])
def step(state: State) -> State:
    """A step that does next to nothing."""
    return state.update(n=state["n"] - 1)


@action(reads=[], writes=[])
def done(state: State) -> State:
    """Where it ends."""
    return state


def loop(steps: int) -> None:
    """One run of so many turns."""
    builder = ApplicationBuilder().with_actions(step=step, done=done)
    builder = builder.with_transitions(("step", "step", expr("n > 0")), ("step", "done"))
    builder.with_state(n=steps).with_entrypoint("step").build().run(halt_after=["done"])


def chain(steps: int) -> None:
    """A run for each chain."""
    names = [f"step{number}" for number in range(NODES)]
    builder = ApplicationBuilder().with_actions(**dict.fromkeys(names, step))
    builder = builder.with_transitions(*pairwise(names)).with_entrypoint(names[0])
    for _ in range(steps // NODES):
        builder.with_state(n=0).build().run(halt_after=names[-1:])


if __name__ == "__main__":
    work = {"loop": loop, "chain": chain}[sys.argv[1]]
    work(NODES)
    began = time.perf_counter()
    work(int(sys.argv[2]))
    print(time.perf_counter() - began)
