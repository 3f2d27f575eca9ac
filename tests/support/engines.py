"""Runs a program on each of our engines, in every form that a Blueprint has, to be compared.

It knows what the engines are called, not how they work.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cascade.reference import Interpreter
from cascade_compiler import graph
from cascade_compiler.csc.project import build_program
from cascade_compiler.lowering import ROOT, lower
from cascade_compiler.optimise import PASSES, optimise
from cascade_compiler.root import call_root, template_of
from cascade_grammar.spans import Source
from cascade_vm import signature
from cascade_vm.blueprint import Blueprint, Task
from cascade_vm.codec import decode, encode
from cascade_vm.errors import BudgetExhausted, trail_of
from cascade_vm.linker import Image
from cascade_vm.listing import format_listing, parse_listing
from cascade_vm.machine import Machine
from cascade_vm.readable import from_json, to_json
from cascade_vm.verifier import find_complaints
from support.outcomes import Outcome, snapshot
from support.scripted import DECLARED, World
from support.scripted_host import ScriptedHost, VirtualLoop
from support.tiers import expect_reasons

MOST_TURNS = 20_000
"""More than any example spends: an engine that goes on for ever stops here."""

FORMS: dict[str, Callable[[Blueprint], Blueprint]] = {
    "bytes": lambda blueprint: decode(encode(blueprint)),
    "listing": lambda blueprint: parse_listing(format_listing(blueprint)),
    "json": lambda blueprint: from_json(to_json(blueprint)),
}
"""A Blueprint written down and read back."""


@dataclass(frozen=True)
class Case:
    """What to run: flow ``main`` with arguments made anew for each run."""

    arguments: Callable[[], list[object]]
    script: Sequence[str] = ()
    flow: str = "main"


def _lookup(module: str, folder: Path) -> dict[str, Task]:
    return DECLARED if module == "tasks" else {}


def build(text: str) -> graph.Program:
    """The flow graph of a `.csc` text."""
    return build_program(Path("main.csc"), _lookup, read=lambda path: Source(str(path), text)).program


def variants() -> dict[str, Callable[[Blueprint], Blueprint]]:
    """What is made of the plain Blueprint: each pass alone, each level."""
    alone = {f"pass {each.name}": each.run for each in PASSES}
    return alone | {"level 1": lambda plain: optimise(plain, 1), "level 2": lambda plain: optimise(plain, 2)}


def plain_of(program: graph.Program) -> Blueprint:
    return lower(program)


@cache
def _loop() -> VirtualLoop:
    return VirtualLoop()


def _outcome(case: Case, host: ScriptedHost, run: Callable[[list[object]], Coroutine[Any, Any, object]]) -> Outcome:
    arguments = case.arguments()
    loop = _loop()
    loop.elapsed = 0.0
    error: BaseException | None = None
    value: object = None
    try:
        value = loop.run(run(arguments))
    except (Exception, BudgetExhausted) as caught:
        error = caught
    return Outcome(
        snapshot((value if error is None else error, arguments)),
        None if error is None else f"{type(error).__name__}: {error}",
        tuple(trail_of(error)) if error else (),
        tuple(host.world.log),
        host.meter.turns_spent,
        alone=snapshot(value if error is None else error),
    )


def run_reference(case: Case, program: graph.Program, turns: int = MOST_TURNS) -> Outcome:
    """What the reference interpreter makes of it."""
    host = ScriptedHost(World(case.script), turns)
    interpreter = Interpreter(program, host)
    (flow,) = (each for each in program.flows if each.name == case.flow)
    return _outcome(case, host, lambda given: interpreter.run(case.flow, signature.bind(flow, given, {})))


TIERS: dict[str, tuple[int | None, bool]] = {
    "tier 0": (None, False),
    "generated": (0, True),
    "generated late": (30, True),
    "generated, counting turns": (0, False),
    "generated after a while": (60, False),
}
"""How many turns there is no generated code for, and whether tasks are called outright."""


def run_machine(
    case: Case, program: Blueprint | Image, turns: int | None = MOST_TURNS, slices: bool = False, tier: str = "tier 0"
) -> Outcome:
    """What the machine makes of it; with ``slices`` it pauses as often as it can. Tasks are called outright only where turns
    are not limited, so a program that never ends must not be given to that tier."""
    patience, direct = TIERS[tier]
    host = ScriptedHost(World(case.script), None if direct else turns, slow_clock=not slices, direct=direct)
    machine = Machine(program, host, slice_seconds=0.0 if slices else 1e9, patience=patience)
    if tier != "tier 0":
        machine.first_batch = 3
    blueprint = machine.image.blueprint
    index = blueprint.flow_named(case.flow)
    outcome = _outcome(case, host, lambda given: machine.run(index, signature.bind(blueprint.flows[index], given, {})))
    expect_reasons(machine)
    return outcome


def run_rooted(case: Case, program: graph.Program) -> tuple[Outcome, Outcome]:
    """The program made for one call, its literals promoted to inputs: what the reference and the machine make of it."""
    rooted = call_root(program, case.flow, case.arguments())
    reference = run_reference(Case(list, case.script, ROOT), rooted)
    blueprint, inputs = template_of(optimise(lower(rooted)))
    given = [constant.value for constant in inputs]
    return reference, run_machine(Case(lambda: list(given), case.script, ROOT), blueprint)


def complaints(blueprint: Blueprint) -> list[str]:
    """What the verifier says."""
    return [f"{each.code} {each.flow}:{each.pc} {each.message}" for each in find_complaints(blueprint)]
