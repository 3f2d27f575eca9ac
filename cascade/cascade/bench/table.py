"""The figures as text: a table for the terminal, and one in Markdown for documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from cascade.bench.figures import Result
from cascade.bench.report import Machine, Report
from cascade.bench.sections import SECTIONS

__all__ = ["as_markdown", "as_text", "goal_text", "measured_text", "number"]

HEADINGS = ("goal", "measured", "±", "a second", "overhead")
MISSED = "MISSED"


def number(value: float) -> str:
    """Three digits that matter, and thousands set apart; large numbers short: ``34.1 M``."""
    for unit, least in (("G", 1e9), ("M", 1e6), ("k", 1e4)):
        if abs(value) >= least * 0.9995:
            return f"{_digits(value / (1e3 if unit == 'k' else least))} {unit}"
    return _digits(value)


def _digits(value: float) -> str:
    size = abs(value)
    return f"{value:,.0f}" if size >= 99.95 else f"{value:.1f}" if size >= 9.995 else f"{value:.2f}"


def measured_text(figure: Result) -> str:
    """The value with its unit, such as ``0.94 KiB``."""
    return f"{number(figure.value)} {figure.unit}"


def goal_text(figure: Result) -> str:
    """``≤ 1.1``, ``≥ 20``, or nothing."""
    return "" if figure.goal is None else f"{'≥' if figure.at_least else '≤'} {figure.goal:g}"


def _rate(figure: Result) -> str:
    return "" if figure.per_second is None else f"{number(figure.per_second)} {figure.step}"


def _overhead(figure: Result) -> str:
    return "" if figure.overhead is None else f"{figure.overhead:,.0f} ns"


def title(figure: Result) -> str:
    """What was measured, and against what."""
    against = f", × {figure.against}" if figure.against else ""
    return f"{figure.title}{against}" + (f" ({figure.worst_of})" if figure.worst_of else "")


def _cells(figure: Result) -> tuple[str, ...]:
    """What stands under `HEADINGS`."""
    return goal_text(figure), measured_text(figure), f"{100 * figure.spread:.0f} %", _rate(figure), _overhead(figure)


def as_text(report: Report) -> str:
    """For a terminal. A goal that is missed is marked at the end of its line."""
    if not report.figures:
        return "\n".join(_ends(report))
    rows = [(title(figure).replace("`", ""), *_cells(figure)) for figure in report.figures]
    widths = [max(len(row[column]) for row in (*rows, ("", *HEADINGS))) for column in range(len(HEADINGS) + 1)]

    def line(cells: Sequence[str], mark: str = "") -> str:
        first, *rest = cells
        aligned = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)), mark]
        return "  ".join(aligned).rstrip()

    lines = [f"{_said(report.machine)}; {report.rounds} rounds{', quick' if report.size == 'quick' else ''}"]
    for section, group in groupby(zip(report.figures, rows, strict=True), key=lambda pair: pair[0].section):
        lines += ["", line((SECTIONS[section].title, *HEADINGS))]
        lines += [line(cells, MISSED if figure.held is False else "") for figure, cells in group]
    return "\n".join([*lines, "", *_ends(report)])


def _ends(report: Report) -> Iterable[str]:
    for section, reason in report.skipped.items():
        yield f"{section}: skipped, {reason}"
    goals = sum(figure.goal is not None for figure in report.figures)
    if goals:
        yield f"{goals - len(report.missed)} of {goals} goals are held"


def _said(machine: Machine) -> str:
    return f"Cascade {machine.cascade}, {machine.implementation} {machine.python}, {machine.platform}"


def as_markdown(report: Report) -> str:
    """For a document. A measured figure that misses its goal is bold, and says so."""
    machine = report.machine
    lines = [
        f"{_said(machine)}, {machine.processors} × {machine.processor}, {machine.date[:10]}; medians of {report.rounds}"
        f" rounds{', quick' if report.size == 'quick' else ''}.",
        "",
        "| work | goal | measured | ± | a second | overhead of each |",
        "|---|---|---|---|---|---|",
    ]
    for figure in report.figures:
        goal, measured, *rest = _cells(figure)
        shown = f"**{measured}, missed**" if figure.held is False else measured
        lines.append(f"| {' | '.join([title(figure), goal, shown, *rest])} |")
    return "\n".join([*lines, "", *_ends(report)]) + "\n"
