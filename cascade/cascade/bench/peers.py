"""Other engines on two small works, against Cascade: a loop of a trivial step, and a chain of 21 that is run again and again.

Each lives in a virtual environment of its own in the user's cache folder, made on first use with pip; one that can not be had
is skipped with a word. A sample is a process, whose imports and first run do not count. Samples are seconds a step. The step is
a function that is called, for Cascade too: nothing is compiled from its source.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from cascade.bench.chains import NODES
from cascade.bench.figures import Experiment, Measure, Ratio, Skipped
from cascade.bench.measuring import said_by, timed_async
from cascade.bench.sizes import Sizes
from cascade.bench.tasks import add_one_opaque
from cascade.flows import flow
from cascade.runtime import arun

__all__ = ["PEERS", "Peer", "experiments"]

PATIENCE: Final = 600
"""Seconds for an installation."""
OURS_MORE: Final = 10
"""How many times as many steps as a peer Cascade does in a sample."""
called: Any = add_one_opaque


class Peer(NamedTuple):
    """An engine: what pip installs, with blanks between, the script that uses it, and which of the works it can do."""

    title: str
    requirement: str
    script: str
    works: tuple[str, ...] = ("loop", "chain")


PEERS: Final[dict[str, Peer]] = {
    "pydantic-graph": Peer("pydantic-graph 1", "pydantic-graph>=1,<2", "pydantic_graph_steps.py"),
    "hamilton": Peer("Hamilton", "sf-hamilton>=1.88,<2", "hamilton_steps.py", ("chain",)),
    "burr": Peer("Burr", "burr>=0.40,<1", "burr_steps.py"),
    "langgraph": Peer("LangGraph", "langgraph>=1,<2", "langgraph_steps.py"),
}
SAID: Final = {"loop": "a loop of one step", "chain": f"a chain of {NODES}, run again and again"}


@flow
def count(steps: int) -> int:
    """The loop."""
    n = 0
    for _ in range(steps):
        n = called(n)
    return n


def chain() -> Any:
    """The chain, a graph of calls."""
    last = called(0)
    for _ in range(NODES - 1):
        last = called(last)
    return last


async def chains(steps: int) -> None:
    """A run for each chain."""
    target = chain()
    for _ in range(steps // NODES):
        await arun(target)


def experiments(sizes: Sizes) -> Iterator[Experiment | Skipped]:
    """One for each engine that can be had."""
    for name, peer in PEERS.items():
        try:
            python = environment(name, peer.requirement)
        except OSError as error:
            yield Skipped(str(error), peer.title)
            continue
        yield Experiment(peer.title, *_sides(peer, python, sizes.peer_steps))


def _sides(peer: Peer, python: Path, steps: int) -> tuple[dict[str, Measure], list[Ratio]]:
    script = str(Path(__file__).with_name("peer_scripts") / peer.script)
    ours: dict[str, Callable[[int], Any]] = {"loop": lambda n: arun(count(n)), "chain": chains}
    sides: dict[str, Measure] = {}
    figures = []
    for work in peer.works:
        command = [str(python), script, work, str(steps)]
        own = steps * OURS_MORE
        seconds = timed_async(lambda work=work, own=own: ours[work](own))  # type: ignore[misc]
        sides[f"Cascade, {work}"] = lambda seconds=seconds, own=own: seconds() / own  # type: ignore[misc]
        sides[f"{peer.title}, {work}"] = lambda command=command: said_by(command, PATIENCE) / steps  # type: ignore[misc]
        figures.append(
            Ratio(
                name=f"{peer.title}, {work}", title=f"{peer.title}: {SAID[work]}", side=f"{peer.title}, {work}",
                base=f"Cascade, {work}", against="Cascade", steps=1, step="steps",
            )
        )  # fmt: skip
    return sides, figures


# --- environments --------------------------------------------------------------------------------------------------------


def environment(name: str, requirement: str) -> Path:
    """The Python of an environment that has it, made when there is none. Raises `OSError` when it can not be made."""
    folder = _folder() / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python, done = folder / "bin/python", folder / "installed"
    if not (done.is_file() and done.read_text() == requirement and python.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            venv.create(folder, with_pip=True, symlinks=True)
            _install(python, requirement)
            done.write_text(requirement)
        except subprocess.SubprocessError as error:
            raise OSError(_reason(error)) from None
    return python


def _install(python: Path, requirement: str) -> None:
    quietly = ("--quiet", "--disable-pip-version-check", "--no-input")
    command = [str(python), "-m", "pip", "install", *quietly, *requirement.split()]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)


def _reason(error: subprocess.SubprocessError) -> str:
    said = str(getattr(error, "stderr", None) or "").strip().splitlines()
    mistakes = [line for line in said if line.startswith("ERROR")]
    return f"it can not be installed: {(mistakes or said or [str(error)])[-1].removeprefix('ERROR: ')}"


def _folder() -> Path:
    chosen = os.environ.get("CASCADE_CACHE_DIR")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "cascade"
    return base / "peers"
