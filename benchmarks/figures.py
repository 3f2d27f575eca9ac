"""What all benchmarks share: a figure with its goal, medians of interleaved runs, and how a text becomes a Blueprint."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured number. ``goal`` is the most it may be, None for a number that is only shown."""

    name: str
    measured: float
    unit: str
    goal: float | None = None

    @property
    def held(self) -> bool:
        return self.goal is None or self.measured <= self.goal


def show(figures: Sequence[Figure]) -> None:
    """The figures as a table on standard output."""
    width = max(len(figure.name) for figure in figures)
    print(f"{'':{width}}  {'goal':>12}  {'measured':>12}")
    for figure in figures:
        goal = "" if figure.goal is None else f"<= {figure.goal:g}"
        mark = "" if figure.held else "   MISSED"
        print(f"{figure.name:{width}}  {goal:>12}  {figure.measured:>12.2f} {figure.unit}{mark}")


def exit_status(figures: Sequence[Figure]) -> int:
    """0 when every goal was held."""
    return 0 if all(figure.held for figure in figures) else 1


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def medians(runs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median measurement of each. One of each a round, so that a slow minute of the machine meets all alike."""
    measured: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            measured[name].append(run())
    return {name: median(values) for name, values in measured.items()}


def in_fresh_process(module: str, *arguments: object) -> str:
    """What ``python module arguments`` prints."""
    path = Path(__file__).with_name(f"{module}.py")
    command = [sys.executable, str(path), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def cascade_command(name: str, *arguments: object) -> list[str]:
    """``cascade`` or ``cascadec`` as it is installed beside this interpreter, or as it would be."""
    script = Path(sys.executable).with_name(name)
    if script.exists():
        return [str(script), *map(str, arguments)]
    module = {"cascade": "cascade.cli.start", "cascadec": "cascade.cli.compile"}[name]
    start = f"import sys; from {module} import main; sys.argv[0] = {name!r}; sys.exit(main())"
    return [sys.executable, "-c", start, *map(str, arguments)]


def blueprint_of(text: str, level: int = 2):  # type: ignore[no-untyped-def]
    """A program without tasks, compiled."""
    from cascade_compiler.csc.project import build_program
    from cascade_compiler.lowering import lower
    from cascade_compiler.optimise import optimise

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.csc"
        path.write_text(text)
        return optimise(lower(build_program(path, lambda module, beside: {}).program), level)
