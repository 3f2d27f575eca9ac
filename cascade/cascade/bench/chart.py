"""The figures as a picture: bars on a logarithmic scale, with a mark where the goal is. SVG, written by hand.

Three panels, and one more for other engines: ratios to plain Python, where less is better; ratios to the public implementation,
where more is; amounts, each as a share of its goal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

from cascade.bench.figures import PUBLIC, Result
from cascade.bench.report import Report
from cascade.bench.sections import PEERS
from cascade.bench.table import measured_text, number

__all__ = ["as_svg"]

WIDTH: Final = 1080
LEFT: Final = 560
"""Where the scale begins; names end a little before it."""
RIGHT: Final = 70
ROW: Final = 22
TOP: Final = 74
HEADING: Final = 44
AXIS: Final = 30
HELD, MISSED, PLAIN, GOAL, INK, PALE, LINE = "#2a7f62", "#c8553d", "#8d99ae", "#1d2433", "#1d2433", "#6b7280", "#e3e6eb"
FONT: Final = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'"


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: how long it is, where its goal is, and what is written at its end."""

    title: str
    against: str
    value: float
    goal: float | None
    text: str
    held: bool | None


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars with a scale of their own. Bars begin at 1."""

    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        """In pixels."""
        return HEADING + ROW * len(self.bars) + AXIS

    def scale(self) -> Callable[[float], float]:
        """Where a value lies from left to right."""
        low, high = self.decades()
        return lambda value: LEFT + (WIDTH - LEFT - RIGHT) * (log10(max(value, 10**low)) - low) / (high - low)

    def decades(self) -> tuple[int, int]:
        """The powers of ten that it begins and ends at."""
        values = [value for bar in self.bars for value in (bar.value, bar.goal or 1.0) if value > 0]
        low, high = floor(log10(min(*values, 1.0))), ceil(log10(max(*values, 1.0)))
        return max(low, -3), max(high, low + 1, 1)


def as_svg(report: Report) -> str:
    """The chart."""
    panels = [panel for panel in _panels(report) if panel.bars]
    height = TOP + sum(panel.height for panel in panels) + 16
    rows = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}' {FONT}>",
        f"<title>{escape(_headline(report))}</title>",
        f"<rect width='{WIDTH}' height='{height}' fill='#ffffff'/>",
        _text(24, 34, _headline(report), size=18, weight=600),
        *_legend(24, 56),
    ]
    top = TOP
    for panel in panels:
        rows += _drawn(panel, top)
        top += panel.height
    return "\n".join([*rows, "</svg>", ""])


def _headline(report: Report) -> str:
    machine = report.machine
    quick = ", quick" if report.size == "quick" else ""
    return f"Cascade {machine.cascade} on {machine.implementation} {machine.python}, {machine.date[:10]}{quick}"


def _panels(report: Report) -> list[Panel]:
    ours = [figure for figure in report.figures if figure.section != PEERS]
    ratios = [figure for figure in ours if figure.against]
    amounts = [figure for figure in ours if not figure.against and figure.goal]
    peers = [figure for figure in report.figures if figure.section == PEERS]
    return [
        Panel("Time as a multiple of plain Python: less is better", [_bar(one) for one in ratios if not one.at_least]),
        Panel(
            "Speed as a multiple of the public implementation: more is better", [_bar(one) for one in ratios if one.at_least]
        ),
        Panel("Memory, lateness and start-up as shares of their goals: less is better", [_share(one) for one in amounts]),
        Panel("Other engines: time as a multiple of Cascade's", [_bar(one) for one in peers]),
    ]


def _bar(figure: Result) -> Bar:
    against = figure.against if figure.against not in (None, PUBLIC) else ""
    name = f"{figure.title}, {figure.worst_of}" if figure.worst_of else figure.title
    return Bar(name, against or "", figure.value, figure.goal, f"{number(figure.value)} ×", figure.held)


def _share(figure: Result) -> Bar:
    assert figure.goal
    return Bar(figure.title, "", figure.value / figure.goal, 1.0, measured_text(figure), figure.held)


# --- drawing -------------------------------------------------------------------------------------------------------------


def _drawn(panel: Panel, top: int) -> list[str]:
    place = panel.scale()
    first, bottom = top + HEADING, top + HEADING + ROW * len(panel.bars)
    rows = [_text(24, top + 28, panel.title, size=14, weight=600)]
    low, high = panel.decades()
    for power in range(low, high + 1):
        x = place(10.0**power)
        rows.append(_line(x, first - 4, x, bottom, "#9aa1ad" if power == 0 else LINE))
        rows.append(_text(x, bottom + 16, _tick(power), size=11, fill=PALE, anchor="middle"))
    for index, bar in enumerate(panel.bars):
        rows += _row(bar, place, first + ROW * index)
    return rows


def _tick(power: int) -> str:
    return f"{10.0**power:g} ×" if power < 0 else f"{10**power:,} ×"


def _row(bar: Bar, place: Callable[[float], float], y: int) -> list[str]:
    start, end = sorted((place(1.0), place(bar.value)))
    colour = PLAIN if bar.held is None else HELD if bar.held else MISSED
    rows = [
        _text(24, y + 14, bar.title.replace("`", "")),
        _text(LEFT - 14, y + 14, bar.against.replace("`", ""), size=11, fill=PALE, anchor="end"),
        f"<rect x='{start:.1f}' y='{y + 4}' width='{max(end - start, 1.5):.1f}' height='13' rx='2' fill='{colour}'/>",
    ]
    label = end + 7
    if bar.goal is not None:
        x = place(bar.goal)
        rows.append(f"<rect x='{x - 1.5:.1f}' y='{y + 1}' width='3' height='19' rx='1' fill='{GOAL}'/>")
        if end - 3 <= x <= end + 55:  # the text would lie on the mark
            label = x + 7
    rows.append(_text(label, y + 14, bar.text, size=11))
    return rows


def _legend(x: int, y: int) -> list[str]:
    rows = []
    for colour, text in ((HELD, "goal held"), (MISSED, "goal missed"), (PLAIN, "no goal")):
        rows += [
            f"<rect x='{x}' y='{y - 10}' width='22' height='11' rx='2' fill='{colour}'/>",
            _text(x + 28, y, text, fill=PALE),
        ]
        x += 120
    return [
        *rows,
        f"<rect x='{x}' y='{y - 14}' width='3' height='19' rx='1' fill='{GOAL}'/>",
        _text(x + 10, y, "goal; bars begin at 1 ×, on a logarithmic scale", fill=PALE),
    ]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}'/>"


def _text(
    x: float, y: float, text: str, *, size: float = 12, weight: int = 400, fill: str = INK, anchor: str = "start"
) -> str:  # fmt: skip
    style = f"font-size='{size:g}' font-weight='{weight}' fill='{fill}' text-anchor='{anchor}'"
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{escape(text)}</text>"
