"""Runs a program with and without generated code, entering and leaving it at every turn that there is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from cascade_vm import tiers
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.dispatch import Strand
from cascade_vm.errors import BudgetExhausted, trail_of
from cascade_vm.generated import leaving, runtime
from cascade_vm.generated.graph import Plan
from cascade_vm.generated.kinds import Kinds
from cascade_vm.generated.leaving import SLICE, Leave
from cascade_vm.generated.liveness import Liveness
from cascade_vm.host import UNBOUND, Meter, Pending, Place, Site
from cascade_vm.linker import Image, link
from cascade_vm.machine import Machine
from support.kept_code import KeptCode, expect_kept

__all__ = ["Ended", "TaskHost", "leaving_every", "outcomes", "run_once"]


class Ended(NamedTuple):
    """How a run ended: its value, or its error and where that was."""

    value: object
    error: str | None
    trail: tuple[Place, ...]


class TaskHost:
    """Calls functions by the names of tasks; ``direct``: generated code calls them, ``limit`` turns are given."""

    def __init__(self, tasks: Mapping[str, Callable[..., Any]], direct: bool = True, limit: int | None = None) -> None:
        self.tasks = tasks
        self.meter = Meter(limit)
        self.directs: Any = self if direct and limit is None else None

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        value = self.tasks[site.target](*arguments, **keywords)
        return Pending(value) if asyncio.iscoroutine(value) else value

    def method(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        return getattr(target, site.target[1:])(*arguments, **keywords)

    async def spent(self, what: str) -> None:
        raise BudgetExhausted(what, self.meter.turns_spent)

    async def pause(self, place: Place) -> None:
        await asyncio.sleep(0)

    def now(self) -> float:
        return 0.0

    # --- what `cascade_vm.host.Directs` has ---

    def way(self, target: str) -> str:
        return "direct waits" if asyncio.iscoroutinefunction(self.tasks[target]) else "direct"

    def bind(self, target: str, put: Callable[[Any], None]) -> None:
        put(self.tasks[target])

    def answered(self, target: str, value: object) -> object:
        return value

    def finished(self, target: str, value: object) -> object:
        return value

    def seen(self, target: str, error: BaseException, awaited: bool) -> BaseException:
        return error

    def slow(self, seconds: float) -> None:
        pass


@contextmanager
def leaving_every(turns: int) -> Iterator[None]:
    """Loops in code that is generated meanwhile leave it whenever they have made so many turns (2 at least); then what is known
    of the types of registers has to be so."""

    def more(strand: Strand, drawn: object, waits: bool) -> object:
        if strand.turns is not drawn:
            return strand.turns
        strand.turns = iter([None] * turns)
        if strand.nested:
            return strand.turns
        raise Leave(SLICE)

    def frame_of(stop: leaving.Stop, cell: Any) -> Any:
        made = whole_frame(stop, cell)
        expect_known(stop, made.registers)
        return made

    before, whole_frame = runtime.GLOBALS["more"], leaving._frame
    runtime.GLOBALS["more"], leaving._frame = more, frame_of
    try:
        yield
    finally:
        runtime.GLOBALS["more"], leaving._frame = before, whole_frame


_FACTS: dict[int, tuple[Flow, Kinds, Liveness]] = {}
_MOST_FACTS = 64


def expect_known(stop: leaving.Stop, registers: Sequence[object]) -> None:
    """`AssertionError` if a register that is read yet holds a value of another type than the generator takes for granted, or
    any one an iterator of Python's, which could not be saved."""
    taken = stop.unit.program.image.blueprint.flows[stop.flow]
    if id(taken) not in _FACTS:
        if len(_FACTS) >= _MOST_FACTS:
            _FACTS.clear()
        plan = Plan(taken)
        _FACTS[id(taken)] = taken, Kinds(taken, plan), Liveness(taken, plan)
    _, kinds, liveness = _FACTS[id(taken)]
    for register in range(taken.registers):
        kind = kinds.kind(register, stop.pc)
        if kind is not None and liveness.is_read_after(register, stop.pc):
            assert type(registers[register]) is kind, (stop.instruction, register, kind, registers[register])
        assert type(registers[register]) not in (enumerate, filter, map, zip), (stop.instruction, register)


async def _ended(running: Coroutine[Any, Any, object]) -> Ended:
    try:
        return Ended(await running, None, ())
    except (Exception, BudgetExhausted) as error:
        return Ended(None, f"{type(error).__name__}: {error}", tuple(trail_of(error)))


def run_once(
    program: Blueprint | Image, arguments: Sequence[object], host: Any, patience: int | None = None, batch: int = 128
) -> Ended:
    """One run of the first flow. `AssertionError` if code could not be generated for a reason that is no reason."""
    machine = Machine(program, host, patience=patience)
    machine.first_batch = batch
    given = [*arguments, *[UNBOUND] * (len(machine.image.blueprint.flows[0].parameters) - len(arguments))]
    ended = asyncio.run(_ended(machine.run(0, given)))
    expect_reasons(machine)
    return ended


def expect_reasons(machine: Machine) -> None:
    """`AssertionError` if code could not be generated for a reason that is no reason: the run would not show it."""
    for instance in machine.image.instances:
        for (number, _), reason in instance.unit.refused.items():
            is_long = len(machine.image.blueprint.flows[number].code) > 100  # else its code is nested in no such way
            allowed = ("Unstructured", "RecursionError") if is_long else ("Unstructured",)
            assert type(reason).__name__ in allowed, repr(reason)


def outcomes(
    blueprint: Blueprint,
    arguments: Callable[[], Sequence[object]],
    tasks: Callable[[], Mapping[str, Callable[..., Any]]] = dict,
    limit: int = 2_000,
) -> Iterator[tuple[str, Ended]]:
    """What each way of running it gives, tier 0 first: entered at each of the first turns, left at every second or third.

    A program that does not end within ``limit`` turns is run with turns counted only.
    """
    first = run_once(blueprint, arguments(), TaskHost(tasks(), limit=limit))
    yield "tier 0", first
    for patience, batch in ((0, 1), (0, 3), (5, 1), (9, 2)):
        ended = run_once(blueprint, arguments(), TaskHost(tasks(), limit=limit), patience, batch)
        yield f"turns counted, after {patience} turns, {batch} at a time", ended
    if (first.error or "").startswith("BudgetExhausted"):
        return
    for every in (2, 3):
        with leaving_every(every):
            kept = KeptCode()
            image = link(blueprint, kept)
            for patience in (0, tiers.START_COUNTS + 1, tiers.START_COUNTS + 4, tiers.START_COUNTS + 9):
                for direct in (True, False):
                    ended = run_once(image, arguments(), TaskHost(tasks(), direct), patience, 1)
                    yield f"after {patience} turns, left at each {every}th, direct: {direct}", ended
                expect_kept(image, kept)
                if patience:  # what is hot stays hot
                    image = link(blueprint, kept)
