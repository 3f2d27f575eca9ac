"""Compares what CPython and all engines make of one random Python module, and says where the first of them parts from it.

The same as `compare` for programs of both languages; here the oracle is CPython itself, on the very text.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NamedTuple

from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade_compiler import graph
from cascade_compiler.lowering import lower
from cascade_grammar.diagnostics import SourceErrors
from cascade_vm import signature
from cascade_vm.blueprint import Blueprint
from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Meter
from cascade_vm.machine import Machine
from support import engines
from support.outcomes import snapshot
from support.python_flows import Module
from support.python_generator import Sample

__all__ = ["Disagreement", "Tally", "first_disagreement", "variants_for"]

MOST_LINES = 4_000
MOST_TURNS = 50_000


class TooLong(BaseException):
    """The module does not end soon: it is no example."""


class Disagreement(NamedTuple):
    """``engine`` parts from CPython, as ``text`` says."""

    engine: str
    text: str


@dataclass
class Tally:
    """What became of the modules that were looked at."""

    compared: int = 0
    too_long: int = 0
    refused: int = 0
    calls: int = 0
    failed: int = 0


class Outcome(NamedTuple):
    """How a call ended: value or error with its causes, the arguments afterwards, and what was printed."""

    value: Any
    errors: tuple[str, ...]
    arguments: Any
    printed: str


def _errors(error: BaseException | None) -> tuple[str, ...]:
    found: list[str] = []
    while error is not None and len(found) < 9:
        found.append(f"{type(error).__name__}: {error}")
        error = error.__cause__
    return tuple(found)


def _outcome(given: tuple[Any, ...], run: Callable[[io.StringIO], Any]) -> Outcome:
    printed = io.StringIO()
    value: Any = None
    error: BaseException | None = None
    try:
        with redirect_stdout(printed):
            value = run(printed)
    except (Exception, BudgetExhausted) as raised:
        error = raised
    return Outcome(snapshot((value, given)), _errors(error), snapshot(given), printed.getvalue())


# --- CPython -------------------------------------------------------------------------------------------------------------


class _Watch:
    """Counts the lines that run, to end what does not end by itself."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left = MOST_LINES

    def __call__(self, frame: Any, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != self.file:
            return None
        self.left -= 1
        if self.left < 0:
            raise TooLong
        return self


def _run_plain(module: Module, arguments: tuple[Any, ...]) -> Outcome:
    given = deepcopy(arguments)
    watch = _Watch(module.file)

    def run(_: io.StringIO) -> Any:
        before = sys.gettrace()
        sys.settrace(watch)
        try:
            return module.plain["f0"](*given)
        finally:
            sys.settrace(before)

    outcome = _outcome(given, run)
    if watch.left < 0:
        raise TooLong
    return outcome


# --- engines -------------------------------------------------------------------------------------------------------------


def _drive(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Nothing here waits: what it yields are its pauses."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value


@dataclass
class _Compiled:
    """The program of a module, to be run with an engine."""

    module: Module
    program: graph.Program

    def host(self, printed: io.StringIO, turns: int = MOST_TURNS) -> LocalHost:
        host = self.module.host(printed)
        host.meter = Meter(turns)
        return host

    def reference(self, arguments: tuple[Any, ...]) -> Outcome:
        given = deepcopy(arguments)
        (flow,) = (each for each in self.program.flows if each.name == "f0")

        def run(printed: io.StringIO) -> Any:
            return _drive(Interpreter(self.program, self.host(printed)).run("f0", signature.bind(flow, given, {})))

        return _outcome(given, run)

    def machine(
        self, blueprint: Blueprint, arguments: tuple[Any, ...], turns: int = MOST_TURNS, slices: bool = False
    ) -> tuple[Outcome, int]:
        """With the turns that it took."""
        given = deepcopy(arguments)
        index = blueprint.flow_named("f0")
        spent = [0]

        def run(printed: io.StringIO) -> Any:
            host = self.host(printed, turns)
            machine = Machine(blueprint, host, slice_seconds=0.0 if slices else 1e9)
            try:
                return _drive(machine.run(index, signature.bind(blueprint.flows[index], given, {})))
            finally:
                spent[0] = host.meter.turns_spent

        return _outcome(given, run), spent[0]


def variants_for(seed: int) -> tuple[str, ...]:
    """The optimised Blueprint, and each pass alone in its turn."""
    names = [name for name in engines.variants() if name.startswith("pass ")]
    return ("level 2", names[seed % len(names)])


def first_disagreement(sample: Sample, variants: tuple[str, ...], tally: Tally) -> Disagreement | None:
    """None when all agree, and where the module is refused or is no example."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            module = Module(sample.text)
            compiled = _Compiled(module, module.program())
        except SourceErrors as error:
            tally.refused += 1
            return None if all(found.code for found in error.diagnostics) else Disagreement("front end", str(error))
        try:
            return next(_disagreements(sample, compiled, variants, tally), None)
        except TooLong:
            tally.too_long += 1
            return None


def _disagreements(sample: Sample, compiled: _Compiled, variants: tuple[str, ...], tally: Tally) -> Iterator[Disagreement]:
    calls = [eval(text) for text in sample.calls]
    expected = [_run_plain(compiled.module, arguments) for arguments in calls]
    tally.compared += 1
    tally.calls += len(calls)
    tally.failed += sum(bool(outcome.errors) for outcome in expected)
    for text, arguments, outcome in zip(sample.calls, calls, expected, strict=True):
        if said := _difference(outcome, compiled.reference(arguments)):
            yield Disagreement("reference", f"f0 of {text}\n{said}")
    plain = lower(compiled.program)
    for name in ("plain", *variants):
        blueprint = plain if name == "plain" else engines.variants()[name](plain)
        if found := engines.complaints(blueprint):
            yield Disagreement(f"verifier of {name}", "\n".join(found))
        for text, arguments, outcome in zip(sample.calls, calls, expected, strict=True):
            got, turns = compiled.machine(blueprint, arguments)
            if said := _difference(outcome, got):
                yield Disagreement(name, f"f0 of {text}\n{said}")
            if name == variants[0]:
                yield from _detailed(compiled, blueprint, arguments, outcome, turns)


def _detailed(
    compiled: _Compiled, blueprint: Blueprint, arguments: tuple[Any, ...], outcome: Outcome, turns: int
) -> Iterator[Disagreement]:
    """In slices it does the same; with fewer turns it is stopped on the way."""
    if said := _difference(outcome, compiled.machine(blueprint, arguments, slices=True)[0]):
        yield Disagreement("slices", said)
    for budget in {turns // 2, turns - 1} - {-1, turns}:
        short, _ = compiled.machine(blueprint, arguments, budget)
        if not "".join(short.errors).startswith("BudgetExhausted"):
            yield Disagreement("short", f"with {budget} of {turns} turns not stopped, but {short.errors}")
        if not outcome.printed.startswith(short.printed):
            yield Disagreement("short", f"with {budget} of {turns} turns it printed {short.printed!r}")


def _difference(expected: Outcome, got: Outcome) -> str:
    rows = [
        f"{name}:\n  CPython {a!r}\n  got     {b!r}"
        for name, a, b in zip(Outcome._fields, expected, got, strict=True)
        if a != b
    ]
    return "\n".join(rows)
