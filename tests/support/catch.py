"""Whether the differential tests notice a bug of the zoo, and how soon.

What needs no planting is prepared once: the programs, what CPython makes of them, their graphs and what the reference says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from cascade_compiler import graph
from cascade_vm.generated.leaving import Leave
from support import engines
from support.compare import Disagreement, Effort, Example, disagreements, example_of, machine_disagreements
from support.directed import DIRECTED, directed_example
from support.generate import generate
from support.outcomes import Outcome
from support.plant import planted
from support.scripted import EndlessError
from support.zoo import Bug

FIRST_SEED = 500_000
MOST_PROGRAMS = 150


class Prepared(NamedTuple):
    """A program with what holds for it while no bug is planted."""

    name: str
    example: Example
    program: graph.Program
    reference: Outcome


class Catch(NamedTuple):
    """``program`` is the name of the one that showed the bug, the ``tried``-th."""

    program: str
    tried: int
    found: Disagreement


@cache
def _generated(number: int) -> Prepared | None:
    example = example_of(generate(FIRST_SEED + number))
    return None if example is None else _prepared(f"generated {number}", example)


def _prepared(name: str, example: Example) -> Prepared:
    program = engines.build(example.text)
    return Prepared(name, example, program, engines.run_reference(example.case, program))


@cache
def _directed(fact: str) -> Prepared:
    return _prepared(fact, directed_example(DIRECTED[fact]))


def _programs(bug: Bug, known_first: bool) -> Iterator[Prepared]:
    """All programs: the one that is known to show the bug, the directed and the generated ones, or these first."""
    generated = filter(None, map(_generated, range(MOST_PROGRAMS)))
    if not known_first:
        yield from generated
    yield from map(_directed, sorted(DIRECTED, key=lambda fact: fact not in bug.shown_by))
    if known_first:
        yield from generated


def catch(bug: Bug, known_first: bool = False) -> Catch | None:
    """The first program that shows the bug; None when none does."""
    generated = ("plain", *bug.variants) if bug.stage == "code" else ()
    effort = Effort(bug.variants, bug.forms, ("plain",) if bug.forms else (), generated=generated)
    for tried, prepared in enumerate(_programs(bug, known_first), 1):
        with planted(*bug.edits):
            found = _first(bug, prepared, effort)
        if found is not None:
            return Catch(prepared.name, tried, found)
    return None


def _first(bug: Bug, prepared: Prepared, effort: Effort) -> Disagreement | None:
    try:
        if bug.stage == "text":
            return next(disagreements(prepared.example, effort), None)
        return next(machine_disagreements(prepared.example, prepared.program, prepared.reference, effort), None)
    except (Exception, Leave, EndlessError) as error:  # an engine that breaks down is noticed too
        if isinstance(error, Leave) and error.pending is not None:
            error.pending.drop()  # nobody awaits it now
        return Disagreement(f"crash: {type(error).__name__}", str(error))
