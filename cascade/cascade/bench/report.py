"""What a run of the benchmarks found, and the JSON file that it is kept in."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cascade.bench.figures import Result
from cascade.errors import Problem, UsageError
from cascade.files import read_bytes

__all__ = ["Machine", "Report", "Sampled", "from_json", "read_report", "this_machine", "to_json"]

FORMAT = "cascade bench 1"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when it was measured."""

    cascade: str
    python: str
    implementation: str
    platform: str
    processor: str
    processors: int
    date: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """The samples of an experiment, side by side; ``medians`` are theirs."""

    unit: str
    samples: Mapping[str, Sequence[float]]
    medians: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything. ``size`` tells a quick look from the whole; ``skipped`` says why something is not there."""

    machine: Machine
    size: Literal["full", "quick"]
    rounds: int
    figures: Sequence[Result]
    experiments: Mapping[str, Sampled] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    format: str = FORMAT

    @property
    def missed(self) -> list[Result]:
        """The figures whose goals are not held."""
        return [figure for figure in self.figures if figure.held is False]


def this_machine() -> Machine:
    """The one that this runs on, now."""
    from cascade import __version__

    return Machine(
        __version__,
        platform.python_version(),
        platform.python_implementation(),
        platform.platform(),
        _processor(),
        os.cpu_count() or 1,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _processor() -> str:
    """Its name, as Linux tells it, or what Python knows."""
    try:
        rows = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        rows = []
    names = [row.partition(":")[2].strip() for row in rows if row.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def to_json(report: Report) -> bytes:
    """The report as JSON, with ``held`` written beside each figure."""
    import msgspec

    data = msgspec.to_builtins(report)
    for row, figure in zip(data["figures"], report.figures, strict=True):
        row["held"] = figure.held
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def from_json(data: bytes) -> Report:
    """What `to_json` wrote. Raises `ValueError` for anything else."""
    import msgspec

    report = msgspec.json.decode(data, type=Report)
    if report.format != FORMAT:
        raise ValueError(f"it says `{report.format}`, not `{FORMAT}`")
    return report


def read_report(path: Path) -> Report:
    """A report from a file. Raises `TargetError` CS401 when it can not be read, `UsageError` CS400 when it is none."""
    try:
        return from_json(read_bytes(path))
    except ValueError as error:
        text = str(error)
        hint = f"it has to be what `cascade bench --json FILE` wrote: {text[:1].lower()}{text[1:]}"
        raise UsageError(Problem("CS400", f"`{path}` holds no figures to compare with", hint=hint)) from None
