"""Ordinary functions as flows, against CPython: those of `tests/corpus` of a checkout, on the arguments that its tests draw.

A sample of a function is a loop over calls of it: a flow that calls the flow, and the same text in plain Python. Each call has
arguments of its own, copied before the time begins, since many functions change them. Calls that raise are left out, and of the
others the ones that take longest are taken: the drawn arguments are small.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import importlib
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeAlias

from cascade.bench.figures import Experiment, Measure, Ratios, Skipped
from cascade.bench.measuring import timed_async
from cascade.bench.sizes import Sizes
from cascade.flows import FlowFunction, flow
from cascade.runtime import arun

__all__ = ["experiments", "use_corpus"]

Call: TypeAlias = "tuple[list[Any], dict[str, Any]]"
DRAWN: Final = 60
"""Calls of a function that are drawn."""
TAKEN: Final = 10
MOST_CALLS: Final = 20_000
"""Of a sample: functions that take next to nothing."""

_folder: Path = Path(__file__).resolve().parents[3] / "tests/corpus"


def use_corpus(folder: Path) -> None:
    """Where the corpus is, if not in the checkout that this is part of."""
    global _folder
    _folder = folder.resolve()


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """One experiment, with two sides for each function. Raises `Skipped` where the corpus, or what draws arguments, is not."""
    sides: dict[str, Measure] = {}
    pairs = []
    for name, function, draw in list(_functions())[:: sizes.stride]:
        made = _as_flow(name)
        calls = _taken(function, draw()) if made is not None else []
        if calls and made is not None:
            repeated = _repeated(function, calls, sizes.algorithm)
            sides[f"{name}, plain"] = _plain_side(function, repeated)
            sides[name] = _flow_side(made, repeated)
            pairs.append((name, f"{name}, plain"))
    if not pairs:
        raise Skipped(f"`{_folder}` has no functions that can be measured")
    title = f"{len(pairs)} algorithm functions"
    yield Experiment(
        title,
        sides,
        [
            Ratios(name="mean", title=f"{title}: geometric mean", pairs=pairs, summary="geometric mean", goal=1.3),
            Ratios(name="worst", title=f"{title}: the worst", pairs=pairs, summary="worst", goal=3),
        ],
    )  # fmt: skip


# --- the functions -------------------------------------------------------------------------------------------------------

_flows: dict[str, Any] = {}


def _functions() -> Iterator[tuple[str, Any, Callable[[], list[Call]]]]:
    """The name of each function, the function, and what draws calls of it. Makes the flows of a module when it comes to it."""
    modules = sorted((_folder / "modules").glob("*.py"))
    if not modules:
        raise Skipped("the corpus of functions is not here: name it with --corpus")
    with _beside(_folder.parent):
        try:
            support = importlib.import_module("support.corpus")
            hypothesis = importlib.import_module("hypothesis")
        except ImportError as error:
            raise Skipped(f"what draws the arguments is not here: {error}") from None
        for path in modules:
            module = support.load_module(path)
            inputs = support.load_module(_folder / "inputs" / path.name, f"corpus_inputs_{path.stem}").INPUTS
            functions = support.functions_of(module, path.read_text(encoding="utf-8"))
            _flows.update({f"{path.stem}.{name}": made for name, made in support.decorated(module, functions, flow).items()})
            for name, function in functions.items():
                yield f"{path.stem}.{name}", function, partial(_drawn, hypothesis, inputs[name])


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _drawn(hypothesis: Any, calls: Any) -> list[Call]:
    """The same calls each time."""
    found: list[Call] = []
    settings = hypothesis.settings(
        max_examples=DRAWN, derandomize=True, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    settings(hypothesis.given(calls)(lambda call: found.append(call)))()
    return found


def _as_flow(name: str) -> FlowFunction[..., Any] | None:
    """The flow of a function; None when it is none that flows can be."""
    from cascade.errors import CompileError

    made = _flows[name]
    try:
        if isinstance(made, FlowFunction):
            made.program()
            return made
    except CompileError:
        return None
    return None


def _taken(function: Callable[..., object], drawn: Sequence[Call]) -> list[Call]:
    """The calls that return and take longest: those with as many arguments as most of them have."""
    timed = []
    for call in drawn:
        arguments, keywords = copy.deepcopy(call)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                began = perf_counter()
                function(*arguments, **keywords)
                timed.append((perf_counter() - began, call))
        except Exception:
            continue
    if not timed:
        return []
    shapes = Counter((len(arguments), *keywords) for _, (arguments, keywords) in timed)
    shape = shapes.most_common(1)[0][0]
    alike = [each for each in timed if (len(each[1][0]), *each[1][1]) == shape]
    return [call for _, call in sorted(alike, key=lambda each: -each[0])[:TAKEN]]


def _repeated(function: Callable[..., object], calls: Sequence[Call], seconds: float) -> list[Call]:
    """The calls, so often that plain Python takes so long."""
    loop, times = _loop(function, calls), 1
    while len(calls) * times < MOST_CALLS:
        took = _seconds(loop, _own_copies(list(calls) * times))
        if took >= seconds:
            break
        times = min(max(times * 2, int(1.3 * times * seconds / max(took, 1e-9))), -(-MOST_CALLS // len(calls)))
    return list(calls) * times


# --- the two sides -------------------------------------------------------------------------------------------------------


def _own_copies(calls: Sequence[Call]) -> list[Any]:
    """Copies for one sample, as the loop over them takes them: arguments by position alone where there are no others."""
    copies: list[Any] = [copy.deepcopy(call) for call in calls]
    return copies if _is_spread(calls) else [arguments for arguments, _ in copies]


def _is_spread(calls: Sequence[Call]) -> bool:
    return any(keywords for _, keywords in calls) or len(calls[0][0]) >= len(LOOPS)


def _loop(made: Any, calls: Sequence[Call]) -> Callable[..., Any]:
    """What calls the function, or the flow, with each of the arguments: written as its number of arguments needs it."""
    return spread(made) if _is_spread(calls) else LOOPS[len(calls[0][0])](made)


def _seconds(loop: Callable[..., object], copies: list[Any]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        began = perf_counter()
        loop(copies)
        return perf_counter() - began


def _plain_side(function: Callable[..., object], calls: Sequence[Call]) -> Measure:
    loop = _loop(function, calls)

    def measure() -> float:
        copies = _own_copies(calls)
        gc.collect()
        return _seconds(loop, copies)

    return measure


def _flow_side(made: FlowFunction[..., Any], calls: Sequence[Call]) -> Measure:
    loop = flow(_loop(made, calls))

    def measure() -> float:
        copies = _own_copies(calls)
        with contextlib.redirect_stdout(io.StringIO()):
            return timed_async(partial(_run, loop, copies))()

    return measure


def _run(loop: Any, copies: list[Any]) -> Any:
    return arun(loop(_Held(copies)))


class _Held:
    """The calls of a sample. A run looks through lists that it is given, for calls that did not run; that is a cost of a run,
    not of what the flow computes, and would be counted once for each call here."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)


# --- the loops: functions for the one side, and made flows for the other -------------------------------------------------


def none(made: Any) -> Callable[..., Any]:
    def call_each(calls: list[Any]) -> None:
        for _ in calls:
            made()

    return call_each


def one(made: Any) -> Callable[..., Any]:
    def call_each(calls: list[Any]) -> None:
        for (a,) in calls:
            made(a)

    return call_each


def two(made: Any) -> Callable[..., Any]:
    def call_each(calls: list[Any]) -> None:
        for a, b in calls:
            made(a, b)

    return call_each


def three(made: Any) -> Callable[..., Any]:
    def call_each(calls: list[Any]) -> None:
        for a, b, c in calls:
            made(a, b, c)

    return call_each


def four(made: Any) -> Callable[..., Any]:
    def call_each(calls: list[Any]) -> None:
        for a, b, c, d in calls:
            made(a, b, c, d)

    return call_each


def spread(made: Any) -> Callable[..., Any]:
    def call_each(calls: list[Any]) -> None:
        for arguments, keywords in calls:
            made(*arguments, **keywords)

    return call_each


LOOPS: Final = (none, one, two, three, four)
