"""The sections of the benchmarks: which there are, and the module that has each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Final, NamedTuple

from cascade.bench.figures import Experiment, Skipped
from cascade.bench.sizes import Sizes

__all__ = ["PEERS", "SECTIONS", "Section", "chosen", "experiments_of"]

PEERS: Final = "peers"


class Section(NamedTuple):
    """A group of figures; ``module`` makes its experiments."""

    title: str
    module: str


SECTIONS: Final[dict[str, Section]] = {
    "loops": Section("A count-down in four forms, against the loop by hand", "loops"),
    "tail-calls": Section("A task that answers with tail calls", "tail_calls"),
    "chains": Section("A loop over 21 dependent tasks, against plain calls", "chains"),
    "jumps": Section("The loops of the published script, against the public implementation", "jumps"),
    "algorithms": Section("Ordinary functions as flows, against CPython", "algorithms"),
    "many": Section("Many flows and tasks at a time", "many"),
    "latency": Section("What a busy flow does to a timer", "latency"),
    "startup": Section("Import, and whole processes", "startup"),
    PEERS: Section("Other engines, each in an environment of its own", "peers"),
}


def experiments_of(section: str, sizes: Sizes) -> Iterator[Experiment | Skipped]:
    """The experiments of a section, each made when it is its turn."""
    made: Iterable[Experiment | Skipped] = import_module(f"cascade.bench.{SECTIONS[section].module}").experiments(sizes)
    yield from made


def chosen(names: Sequence[str], with_peers: bool) -> list[str]:
    """The sections to run, in order; without names all of them, but peers only when they are asked for."""
    wanted = set(names) or SECTIONS.keys() - {PEERS}
    return [name for name in SECTIONS if name in wanted or (name == PEERS and with_peers)]
