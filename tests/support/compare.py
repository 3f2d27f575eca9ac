"""Compares what all engines make of one program, and says where the first of them parts from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cascade_compiler import graph
from cascade_grammar.diagnostics import SourceErrors
from cascade_vm.blueprint import Blueprint
from support import engines
from support.engines import Case
from support.generate import generate
from support.model import Model, print_program
from support.oracle import TooLong, UncertainError, make_arguments, run_python
from support.outcomes import Outcome, difference
from support.shrink import shrink


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
    line = tuple(place.line for place in got.trail[:1])
    seen = Outcome(got.value, got.error, line, got.log)
    expected = oracle
    if oracle.vague:
        seen, expected = seen.sorted(), expected.sorted()
    return difference(expected, seen)


def _forms(case: Case, name: str, blueprint: Blueprint, expected: Outcome) -> Iterator[Disagreement]:
    """Written down and read back, it is the same and does the same, to the turn."""
    for form, again in engines.FORMS.items():
        copy = again(blueprint)
        if copy != blueprint:
            yield Disagreement(f"{name} as {form}", "another Blueprint is read back")
            continue
        if text := difference(expected, engines.run_machine(case, copy)):
            yield Disagreement(f"{name} as {form}", text)
    assert expected.turns is not None
    for turns in {expected.turns // 2, expected.turns - 1} - {-1, expected.turns}:
        short = engines.run_machine(case, blueprint, turns)
        if short.error is None or not short.error.startswith("BudgetExhausted"):
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


def _blueprints(plain: Blueprint, only: str | None) -> Iterator[tuple[str, Callable[[], Blueprint]]]:
    yield "plain", lambda: plain
    for name, make in engines.variants().items():
        if only is None or only in name:
            yield name, lambda make=make: make(plain)  # type: ignore[misc]


def disagreements(example: Example, thorough: bool = True, only: str | None = None) -> Iterator[Disagreement]:
    """Wherever an engine parts from CPython or from the reference, as found.

    ``thorough`` also writes Blueprints down, cuts runs short and pauses them. ``only`` picks passes by a part of the name.
    """
    case, oracle = example.case, example.oracle
    try:
        program = engines.build(example.text)
    except SourceErrors as error:
        yield Disagreement("front end", str(error))
        return
    reference = engines.run_reference(case, program)
    if oracle is not None and (text := against_oracle(oracle, reference)):
        yield Disagreement("reference", text)
    yield from machine_disagreements(example, program, reference, thorough, only)


def machine_disagreements(
    example: Example, program: graph.Program, reference: Outcome, thorough: bool, only: str | None
) -> Iterator[Disagreement]:
    """Wherever the machine parts from the reference."""
    case, oracle = example.case, example.oracle
    plain = engines.plain_of(program)
    for name, make in _blueprints(plain, only):
        blueprint = make()
        if found := engines.complaints(blueprint):
            yield Disagreement(f"verifier of {name}", "\n".join(found))
            continue
        got = engines.run_machine(case, blueprint)
        if text := difference(reference.without("turns"), got.without("turns")):
            yield Disagreement(name, text)
            continue
        if thorough and name in ("plain", "level 2"):
            yield from _forms(case, name, blueprint, got)
            yield from _sliced(case, name, blueprint, got, oracle is None or oracle.vague)


def first_disagreement(model: Model, thorough: bool = True) -> Disagreement | None:
    """The first there is; an error of an engine's own is one too."""
    example = example_of(model)
    if example is None:
        return None
    try:
        return next(disagreements(example, thorough), None)
    except Exception as error:  # whatever an engine raises of its own is what we look for
        return Disagreement(f"crash: {type(error).__name__}", f"{error}")


def check_seed(seed: int, thorough: bool = True, patience: float = 20.0) -> str | None:
    """None when all engines agree on the program of this seed, else a report with the program made small."""
    model = generate(seed)
    found = first_disagreement(model, thorough)
    if found is None:
        return None
    engine = found.engine

    def fails(smaller: Model) -> bool:
        try:
            again = first_disagreement(smaller, thorough)
        except (SyntaxError, NameError):
            return False
        return again is not None and again.engine == engine

    small = shrink(model, fails, patience)
    found = first_disagreement(small, thorough) or found
    text = print_program(small).csc
    return f"seed {seed}, {found.engine}:\n{found.text}\narguments: {small.arguments}, script: {small.script}\n\n{text}"
