"""Compares a module's functions with the flows made of them, on drawn arguments, and makes the report.

The first difference of a function is made small by hypothesis. Knows the engines by name only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from support.corpus import Reach, Report, TooDeepError, TooLong, at_most, decorated, functions_of, load_module, observe
from support.corpus_engines import RefusalError, engines_of, make_flow
from support.corpus_inputs import Call
from support.effort import scaled

FOLDER = Path(__file__).resolve().parents[1] / "corpus"
MODULES = sorted(path.stem for path in (FOLDER / "modules").glob("*.py"))
FEW = 20
EXAMPLES = scaled(FEW)
"""Calls of each function. The few are the same each time; more of them are drawn anew."""


class MismatchError(AssertionError):
    """An engine and CPython do not agree."""


def corpus_module(name: str) -> tuple[Any, dict[str, FunctionType], dict[str, st.SearchStrategy[Call]]]:
    """A module of the corpus, its functions, and the arguments of each."""
    path = FOLDER / "modules" / f"{name}.py"
    module = load_module(path)
    inputs = load_module(FOLDER / "inputs" / f"{name}.py", f"corpus_inputs_{name}").INPUTS
    return module, functions_of(module, path.read_text(encoding="utf-8")), inputs


def check_corpus_module(name: str, examples: int = EXAMPLES) -> Report:
    """Every function of a module of the corpus, against CPython."""
    module, functions, inputs = corpus_module(name)
    return check_functions(module, functions, inputs, examples)


def check_functions(
    module: Any,
    functions: Mapping[str, FunctionType],
    inputs: Mapping[str, st.SearchStrategy[Call]],
    examples: int,
    limit: float | None = None,
) -> Report:
    """Decorates the functions, and compares those that have arguments in ``inputs``. ``limit``: seconds for a call."""
    report = Report()
    for name, flow in decorated(module, functions, make_flow).items():
        label = f"{module.__name__.removeprefix('corpus_')}.{name}"
        try:
            engines = engines_of(flow)
        except RefusalError as refusal:
            report.refuse(label, refusal.problems)
            continue
        except Exception as error:
            report.wrong[label] = f"could not be made: {type(error).__name__}: {error}"
            continue
        reach = report.reached[label] = Reach()
        difference = compare(functions[name], engines, inputs[name], examples, reach, limit) if name in inputs else None
        if difference is None:
            report.accepted.append(label)
        else:
            report.wrong[label] = difference
    return report


def compare(
    oracle: Any,
    engines: Mapping[str, Any],
    calls: st.SearchStrategy[Call],
    examples: int,
    reach: Reach | None = None,
    limit: float | None = None,
) -> str | None:
    """The difference that the smallest call shows; None when there is none. ``reach`` counts what CPython did."""
    reach = Reach() if reach is None else reach

    @settings(
        max_examples=examples,
        derandomize=examples <= FEW,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    @given(calls)
    def agree(call: Call) -> None:
        try:
            with at_most(limit):
                expected = observe(oracle, call)
            reach.count(expected)
            for engine, run in engines.items():
                with at_most(None if limit is None else 40 * limit):
                    seen = observe(run, call)
                if seen != expected:
                    raise MismatchError(
                        f"{call!r}\n    CPython {expected}\n    {engine} {seen}\n    {expected.exact}\n    {seen.exact}"
                    )
        except (TooDeepError, TooLong):
            return

    try:
        agree()
    except MismatchError as wrong:
        return str(wrong)
    return None
