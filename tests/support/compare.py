"""Compares what all engines make of one program, and says where the first of them parts from the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple
from zlib import crc32

from cascade_compiler import graph
from cascade_grammar.diagnostics import SourceErrors
from cascade_vm.blueprint import Blueprint
from cascade_vm.linker import link
from support import engines
from support.durable_engine import Kills, run_durably
from support.engines import Case
from support.generate import generate
from support.kept_code import KeptCode, expect_kept
from support.model import Model, print_program
from support.oracle import TooLong, UncertainError, make_arguments, run_python
from support.outcomes import Outcome, difference
from support.shrink import shrink


class Effort(NamedTuple):
    """How much is done with a program: ``variants`` are those beside the plain Blueprint, ``forms`` those that are written
    down and read back, ``detailed`` the Blueprints that this, running short and pausing is tried with."""

    variants: tuple[str, ...]
    forms: tuple[str, ...]
    detailed: tuple[str, ...]
    rooted: bool = False
    """Whether the program is made for one call, too."""
    generated: tuple[str, ...] = ()
    """The Blueprints that are run as generated code, too."""
    durable: tuple[tuple[str, str, Kills, bool], ...] = ()
    """The Blueprints that are run as durable runs, too: on which tier, killed when, and whether each commit is a snapshot."""
    cut_strands: bool = False
    """Whether durable runs are compared where strands are cut short, too: these do not begin in the order of other runs."""


_WAYS = (
    (Kills(), False), (Kills(1), False), (Kills(1, before=True), False), (Kills(2), False), (Kills(), True), (Kills(1), True),
)  # fmt: skip
_TIERS = (("plain", "tier 0"), ("level 2", "generated"), ("level 2", "generated late"))
_DURABLE = [(*tier, *way) for tier in _TIERS for way in _WAYS]


_CUTS = re.compile(r"\b(try:|timeout\()")
"""What strands have done when one of them fails, or their time is up, is nobody's to say: they are begun in another order."""


def directed_effort(fact: str) -> Effort:
    """Everything, but each way to be killed on one tier: which is which program's."""
    first = crc32(fact.encode())
    durable = tuple((*_TIERS[(first + number) % len(_TIERS)], *way) for number, way in enumerate(_WAYS))
    return whole_effort()._replace(durable=durable, cut_strands=True)


def whole_effort() -> Effort:
    """Everything."""
    names = ("plain", *engines.variants())
    generated = ("plain", "level 1", "level 2")
    return Effort(names[1:], tuple(engines.FORMS), ("plain", "level 2"), True, generated, tuple(_DURABLE))


def turn_by_turn(seed: int) -> Effort:
    """A part of it, another one for the next seed: all of it is tried many times over many seeds."""
    passes = [name for name in engines.variants() if name not in ("level 1", "level 2")]
    chosen = {passes[seed % len(passes)], passes[seed // 3 % len(passes)], "level 1" if seed % 4 == 0 else "level 2", "level 2"}
    form = tuple(engines.FORMS)[seed % len(engines.FORMS)]
    detailed = ("plain" if seed % 5 < 2 else "level 2",)
    generated = ("plain" if seed % 3 == 1 else "level 2",)
    durable = (_DURABLE[seed % len(_DURABLE)],)
    return Effort(tuple(sorted(chosen)), (form,), detailed, seed % 3 == 0, generated, durable)


class Disagreement(NamedTuple):
    """``engine`` parts from what is expected, as ``text`` says."""

    engine: str
    text: str


@dataclass(frozen=True)
class Example:
    """A program with what CPython makes of it; None where that is not certain."""

    text: str
    case: Case
    oracle: Outcome | None


def example_of(model: Model) -> Example | None:
    """None when the program is none, for it does not end soon."""
    printed = print_program(model)
    try:
        oracle: Outcome | None = run_python(model, printed)
    except TooLong:
        return None
    except UncertainError:
        oracle = None
    return Example(printed.csc, Case(lambda: make_arguments(model.arguments), model.script), oracle)


def against_oracle(oracle: Outcome, got: Outcome) -> str:
    """What CPython can tell: value, error and its line, and the log (its order only where one strand runs)."""
    line = tuple(place.line for place in got.trail[:1]) if oracle.trail else ()
    seen = Outcome(got.value, got.error, line, got.log)
    expected = oracle
    if oracle.vague:
        seen, expected = seen.sorted(), expected.sorted()
    return difference(expected, seen)


def _forms(case: Case, name: str, blueprint: Blueprint, expected: Outcome, forms: tuple[str, ...]) -> Iterator[Disagreement]:
    """Written down and read back, it is the same and does the same, to the turn."""
    for form in forms:
        copy = engines.FORMS[form](blueprint)
        if copy != blueprint:
            yield Disagreement(f"{name} as {form}", "another Blueprint is read back")
            continue
        if text := difference(expected, engines.run_machine(case, copy)):
            yield Disagreement(f"{name} as {form}", text)


def _short(case: Case, name: str, blueprint: Blueprint, expected: Outcome, strands: bool) -> Iterator[Disagreement]:
    """With fewer turns than it needs it is stopped, and a copy at the same place."""
    assert expected.turns is not None
    for turns in {expected.turns // 2, expected.turns - 1} - {-1, expected.turns}:
        short = engines.run_machine(case, blueprint, turns)
        if not strands and not (short.error or "").startswith("BudgetExhausted"):
            yield Disagreement(f"{name} with {turns} turns", f"not stopped, but {short.error}")
        if text := difference(short, engines.run_machine(case, engines.FORMS["bytes"](blueprint), turns)):
            yield Disagreement(f"{name} with {turns} turns", text)


def _sliced(case: Case, name: str, blueprint: Blueprint, expected: Outcome, strands: bool) -> Iterator[Disagreement]:
    """Pausing wherever it can, it does the same: in another order where strands run side by side."""
    got = engines.run_machine(case, blueprint, slices=True)
    if strands and expected.error is not None:
        return
    if text := difference(expected.sorted(), got.sorted()) if strands else difference(expected, got):
        yield Disagreement(f"{name} in slices", text)


def _generated(case: Case, name: str, blueprint: Blueprint, expected: Outcome, strands: bool) -> Iterator[Disagreement]:
    """As generated code it does the same, made just now or kept from before; also when it leaves that and comes back all the
    time, and to the turn when these are counted."""
    never_ends = (expected.error or "").startswith("BudgetExhausted")
    kept = KeptCode()
    for tier in engines.TIERS:
        counts = "turns" in tier or "while" in tier
        if tier == "tier 0" or (never_ends and not counts):
            continue
        late = tier not in ("generated", "generated, counting turns")
        for slices in (not counts,) if late else (False, True):
            image = link(blueprint, kept)  # what was generated before is made of its bytes
            got = engines.run_machine(case, image, slices=slices, tier=tier)
            expect_kept(image, kept)
            wanted = expected if counts else expected.without("turns")
            seen = got if counts else got.without("turns")
            if strands and slices:
                if expected.error is not None:
                    continue
                wanted, seen = wanted.sorted(), seen.sorted()
            if text := difference(wanted, seen):
                yield Disagreement(f"{name}, {tier}{' in slices' * slices}", text)


def _durable(
    case: Case, name: str, blueprint: Blueprint, expected: Outcome, strands: bool, way: tuple[str, Kills, bool]
) -> Iterator[Disagreement]:
    """As a durable run it does the same, also when it is killed all the time and each process goes on from bytes: nothing is
    done twice, and nothing left out. Arguments are copies then."""
    tier, kills, saves = way
    if (expected.error or "").startswith("BudgetExhausted"):
        return
    got, _ = run_durably(case, blueprint, replace(kills, most=_MOST_KILLS if kills.before else kills.most), tier, saves=saves)
    wanted, got = expected.without("turns"), got.without("turns")
    if kills.every:
        wanted, got = _uncut(replace(wanted, value=wanted.alone)), _uncut(replace(got, value=got.alone))
    if strands:  # whether a call begins that is cut short at once is nobody's to say
        wanted, got = _ended(wanted.sorted()), _ended(got.sorted())
    if text := difference(wanted, got):
        how = f"killed {'before' if kills.before else 'after'} each {kills.every}. commit" if kills.every else "not killed"
        yield Disagreement(f"{name}, {tier}, durable, {how}{', from snapshots' * saves}", text)


_MOST_KILLS = 30  # before a commit: that never comes otherwise


def _ended(outcome: Outcome) -> Outcome:
    """With the ends of calls, and not their beginnings."""
    return replace(outcome, log=tuple(entry for entry in outcome.log if entry[0] not in ("call", "cut")))


def _uncut(outcome: Outcome) -> Outcome:
    """Without the calls that were cut short: what is under way when a process dies is not there any more."""
    return replace(outcome, log=tuple(entry for entry in outcome.log if entry[0] != "cut"))


def disagreements(example: Example, effort: Effort) -> Iterator[Disagreement]:
    """Wherever an engine parts from CPython or from the reference, as found."""
    try:
        program = engines.build(example.text)
    except SourceErrors as error:
        yield Disagreement(f"front end {error.diagnostics[0].code}", str(error))
        return
    reference = engines.run_reference(example.case, program)
    if example.oracle is not None and (text := against_oracle(example.oracle, reference)):
        yield Disagreement("reference", text)
    yield from machine_disagreements(example, program, reference, effort)


def machine_disagreements(
    example: Example, program: graph.Program, reference: Outcome, effort: Effort
) -> Iterator[Disagreement]:
    """Wherever the machine parts from the reference."""
    case = example.case
    strands = example.oracle is None or example.oracle.vague
    if effort.rooted:
        for got in engines.run_rooted(case, program):
            if (got.error, got.log, got.trail, got.alone) != (reference.error, reference.log, reference.trail, reference.alone):
                yield Disagreement("rooted", difference(reference, got))
    plain = engines.plain_of(program)
    for name in ("plain", *effort.variants):
        blueprint = plain if name == "plain" else engines.variants()[name](plain)
        if found := engines.complaints(blueprint):
            yield Disagreement(f"verifier of {name}", "\n".join(found))
            continue
        got = engines.run_machine(case, blueprint)
        if text := difference(reference.without("turns"), got.without("turns")):
            yield Disagreement(name, text)
            continue
        for durable, *way in effort.durable:
            unsure = strands and not effort.cut_strands and (got.error is not None or _CUTS.search(example.text))
            if durable == name and not unsure:
                yield from _durable(case, name, blueprint, got, strands, tuple(way))  # type: ignore[arg-type]
        if name in effort.generated:
            yield from _generated(case, name, blueprint, got, strands)
        if name in effort.detailed:
            yield from _forms(case, name, blueprint, got, effort.forms)
            yield from _short(case, name, blueprint, got, strands)
            yield from _sliced(case, name, blueprint, got, strands)


def first_disagreement(model: Model, effort: Effort) -> Disagreement | None:
    """The first there is; an error of an engine's own is one too."""
    example = example_of(model)
    if example is None:
        return None
    try:
        return next(disagreements(example, effort), None)
    except Exception as error:  # whatever an engine raises of its own is what we look for
        return Disagreement(f"crash: {type(error).__name__}", f"{error}")


def check_seed(seed: int, effort: Effort, patience: float = 20.0) -> str | None:
    """None when all engines agree on the program of this seed, else a report with the program made small."""
    model = generate(seed)
    found = first_disagreement(model, effort)
    if found is None:
        return None
    engine = found.engine

    def fails(smaller: Model) -> bool:
        try:
            again = first_disagreement(smaller, effort)
        except (SyntaxError, NameError):
            return False
        return again is not None and again.engine == engine

    small = shrink(model, fails, patience)
    found = first_disagreement(small, effort) or found
    text = print_program(small).csc
    return f"seed {seed}, {found.engine}:\n{found.text}\narguments: {small.arguments}, script: {small.script}\n\n{text}"
