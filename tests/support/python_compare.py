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
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade.testing import run_virtual
from cascade_compiler import graph
from cascade_compiler.lowering import lower
from cascade_grammar.diagnostics import SourceErrors
from cascade_vm import signature
from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Meter
from cascade_vm.linker import Image, link
from cascade_vm.machine import Machine
from msgspec import structs
from support import engines
from support.kept_code import KeptCode, expect_kept
from support.outcomes import snapshot
from support.python_flows import Module
from support.python_generator import Sample, generate
from support.python_shrink import shrink

__all__ = ["Tally", "check_seed", "first_disagreement", "variants_for"]

MOST_LINES = 4_000
MOST_TURNS = 50_000


class TooLong(BaseException):
    """The module does not end soon: it is no example."""


@dataclass(frozen=True)
class Disagreement:
    """``engine`` parts from CPython in some ``aspects``, as ``text`` says."""

    engine: str
    text: str
    aspects: tuple[str, ...] = ()


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

    def __call__(self, frame: Any, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != self.file:
            return None
        self.left -= 1
        if event == "exception" and issubclass(argument[0], RecursionError):
            self.left = -1
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
    """Nothing here waits, and so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    except RuntimeError as error:
        raise _meant(error)  # noqa: B904  it has its cause
    raise AssertionError("a run that paused")


def _run_in_slices(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        return run_virtual(coroutine)
    except RuntimeError as error:
        raise _meant(error)  # noqa: B904  it has its cause


def _meant(error: RuntimeError) -> BaseException:
    """`StopIteration` is what no coroutine can raise."""
    stopped = error.__cause__
    return stopped if isinstance(stopped, StopIteration) and str(error) == "coroutine raised StopIteration" else error


@dataclass
class _Compiled:
    """The program of a module, to be run with an engine."""

    module: Module
    program: graph.Program

    @property
    def name(self) -> str:
        """Of the flow that is called."""
        found: str = self.module.flows["f0"].definition.name
        return found

    def host(self, printed: io.StringIO, turns: int | None = MOST_TURNS) -> LocalHost:
        host: LocalHost = self.module.host(printed)
        host.meter = Meter(turns)
        return host

    def reference(self, arguments: tuple[Any, ...]) -> Outcome:
        given = deepcopy(arguments)
        (flow,) = (each for each in self.program.flows if each.name == self.name)

        def run(printed: io.StringIO) -> Any:
            bound = signature.bind(structs.replace(flow, name="f0"), given, {})
            return _drive(Interpreter(self.program, self.host(printed)).run(self.name, bound))

        return _outcome(given, run)

    def machine(
        self,
        image: Image,
        arguments: tuple[Any, ...],
        turns: int | None = MOST_TURNS,
        slices: bool = False,
        patience: int | None = None,
    ) -> tuple[Outcome, int]:
        """With the turns that it took. As generated code once it has made ``patience`` turns; tasks are called outright then
        if turns are not limited."""
        given = deepcopy(arguments)
        index = image.blueprint.flow_named(self.name)
        flow = image.blueprint.flows[index]
        spent = [0]

        def run(printed: io.StringIO) -> Any:
            host = self.host(printed, turns)
            machine = Machine(image, host, slice_seconds=0.0 if slices else 1e9, patience=patience)
            if patience is not None:
                machine.first_batch = 3
            try:
                running = machine.run(index, signature.bind(structs.replace(flow, name="f0"), given, {}))
                return _run_in_slices(running) if slices else _drive(running)
            finally:
                spent[0] = host.meter.turns_spent

        return _outcome(given, run), spent[0]


def variants_for(seed: int) -> tuple[str, ...]:
    """The optimised Blueprint, or that of one pass alone, in turn: over many seeds all of them."""
    names = [name for name in engines.variants() if name.startswith("pass ")]
    return ("level 2",) if seed % 2 else (names[seed // 2 % len(names)],)


def first_disagreement(sample: Sample, variants: tuple[str, ...] | None, tally: Tally) -> Disagreement | None:
    """None when all agree, and where the module is refused or is no example. ``variants`` None: only CPython runs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            module = Module(sample.text)
            if "f0" not in module.flows:
                return None  # shrinking has taken it away
            compiled = _Compiled(module, module.program())
        except SourceErrors as error:
            tally.refused += 1
            return None if all(found.code for found in error.diagnostics) else Disagreement("front end", str(error))
        try:
            return next(_disagreements(sample, compiled, variants, tally), None)
        except TooLong:
            tally.too_long += 1
            return None


def _disagreements(
    sample: Sample, compiled: _Compiled, variants: tuple[str, ...] | None, tally: Tally
) -> Iterator[Disagreement]:
    calls = [eval(text) for text in sample.calls]
    expected = [_run_plain(compiled.module, arguments) for arguments in calls]
    tally.compared += 1
    tally.calls += len(calls)
    tally.failed += sum(bool(outcome.errors) for outcome in expected)
    if variants is None:
        return
    for text, arguments, outcome in zip(sample.calls, calls, expected, strict=True):
        yield from _differences("reference", text, outcome, compiled.reference(arguments))
    plain = lower(compiled.program)
    for name in ("plain", *variants):
        blueprint = plain if name == "plain" else engines.variants()[name](plain)
        if found := engines.complaints(blueprint):
            yield Disagreement(f"verifier of {name}", "\n".join(found))
        kept = KeptCode()
        image = link(blueprint, kept)
        for text, arguments, outcome in zip(sample.calls, calls, expected, strict=True):
            got, turns = compiled.machine(image, arguments)
            yield from _differences(name, text, outcome, got)
            for patience, slices in ((0, False), (0, True), (len(text) % 50, False)):
                generated, _ = compiled.machine(image, arguments, None, slices, patience)
                yield from _differences(f"{name}, generated{' in slices' * slices}", text, outcome, generated)
            again = link(blueprint, kept)
            fetched, _ = compiled.machine(again, arguments, None, True, 0)
            yield from _differences(f"{name}, kept code in slices", text, outcome, fetched)
            expect_kept(again, kept)
            if name == variants[0]:
                sliced, _ = compiled.machine(image, arguments, slices=True)
                yield from _differences("slices", text, outcome, sliced)
                yield from _stopped(compiled, image, arguments, outcome, turns)


def _stopped(
    compiled: _Compiled, image: Image, arguments: tuple[Any, ...], outcome: Outcome, turns: int
) -> Iterator[Disagreement]:
    """With fewer turns it is stopped on the way."""
    for budget in {turns // 2, turns - 1} - {-1, turns}:
        short, _ = compiled.machine(image, arguments, budget)
        if not "".join(short.errors).startswith("BudgetExhausted"):
            yield Disagreement("short", f"with {budget} of {turns} turns not stopped, but {short.errors}")
        if not outcome.printed.startswith(short.printed):
            yield Disagreement("short", f"with {budget} of {turns} turns it printed {short.printed!r}")


def _differences(engine: str, call: str, expected: Outcome, got: Outcome) -> Iterator[Disagreement]:
    parts = [(name, a, b) for name, a, b in zip(Outcome._fields, expected, got, strict=True) if a != b]
    if parts:
        rows = "\n".join(f"{name}:\n  CPython {a!r}\n  got     {b!r}" for name, a, b in parts)
        yield Disagreement(engine, f"f0 of {call}\n{rows}", tuple(name for name, _, _ in parts))


# --- reports -------------------------------------------------------------------------------------------------------------


def check_seed(seed: int, tally: Tally, patience: float = 20.0) -> str | None:
    """None when all engines agree on the module of this seed, else a report with the module made small."""
    sample, variants = generate(seed), variants_for(seed)
    found = _look(sample, variants, tally)
    if found is None:
        return None
    first = replace(found, text="")

    def fails(text: str) -> bool:
        again = _look(replace(sample, text=text), variants, Tally())
        return again is not None and replace(again, text="") == first

    small = replace(sample, text=shrink(sample.text, fails, patience))
    again = _look(small, variants, Tally()) or found
    return f"seed {seed}, {again.engine}:\n{again.text}\n\n{small.text}"


def _look(sample: Sample, variants: tuple[str, ...], tally: Tally) -> Disagreement | None:
    try:
        return first_disagreement(sample, variants, tally)
    except Exception as error:  # whatever an engine raises of its own is what we look for
        return Disagreement(f"crash: {type(error).__name__}", f"{error}")
