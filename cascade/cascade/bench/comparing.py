"""Two reports held against each other.

A figure got clearly slower when it is worse by more than 15 % beyond the spread of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cascade.bench.figures import Result
from cascade.bench.report import Report
from cascade.bench.table import measured_text

__all__ = ["Change", "changes", "compared_text"]

CLEARLY: Final = 0.15
Verdict: TypeAlias = Literal["slower", "faster", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure then and now. ``worse`` is how much worse, as a share of the old value: negative when it is better."""

    old: Result
    new: Result
    worse: float
    verdict: Verdict


def changes(old: Report, new: Report) -> Iterator[Change]:
    """The figures that both have, in the order of the new one."""
    known = {(figure.section, figure.name): figure for figure in old.figures}
    for figure in new.figures:
        before = known.get((figure.section, figure.name))
        if before is not None and before.unit == figure.unit and before.at_least == figure.at_least:
            yield _change(before, figure)


def _change(old: Result, new: Result) -> Change:
    worse = _worse(old, new)
    noise = CLEARLY + old.spread + new.spread
    if abs(new.value - old.value) <= max(new.negligible, old.negligible) or abs(worse) <= noise:
        return Change(old, new, worse, "same")
    return Change(old, new, worse, "slower" if worse > 0 else "faster")


def _worse(old: Result, new: Result) -> float:
    """Shares of the smaller of both, so that twice as good and half as good are equally far from no change."""
    before, after = (new.value, old.value) if old.at_least else (old.value, new.value)
    least = min(before, after)
    return (after - before) / least if least > 0 else 0.0 if after == before else float("inf") * (after - before)


def compared_text(old: Report, new: Report) -> str:
    """A line for each figure: old, new, change, and what that means."""
    found = list(changes(old, new))
    rows = [("", "old", "new", "change", "")]
    for change in found:
        name = f"{change.new.section}: {change.new.title}".replace("`", "")
        mark = "" if change.verdict == "same" else change.verdict.upper() if change.verdict == "slower" else change.verdict
        rows.append((name, measured_text(change.old), measured_text(change.new), f"{_percent(change)}", mark))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:4], widths[1:], strict=True)), row[4]])
        for row in rows
    ]
    return "\n".join([*(line.rstrip() for line in lines), *_remarks(old, new, found)])


def _percent(change: Change) -> str:
    """How the value itself changed."""
    if not change.old.value:
        return "" if change.new.value == change.old.value else "∞"
    return f"{100 * (change.new.value / change.old.value - 1):+.1f} %"


def _remarks(old: Report, new: Report, found: list[Change]) -> Iterator[str]:
    if (old.machine.python, old.machine.processor) != (new.machine.python, new.machine.processor):
        yield (
            f"note: the old figures are of Python {old.machine.python} on {old.machine.processor}: ratios can be compared, "
            "milliseconds hardly"
        )
    if old.size != new.size:
        yield f"note: the old figures are of a {old.size} run, the new ones of a {new.size} one"
    known = {(change.new.section, change.new.name) for change in found}
    gone = [figure for figure in old.figures if (figure.section, figure.name) not in known]
    if gone:
        yield f"note: {len(gone)} of the old figures were not measured now"
    slower = sum(change.verdict == "slower" for change in found)
    yield f"{slower or 'none'} of {len(found)} figures got clearly slower"
