"""What is measured and what is said about it: experiments have sides, which give samples, and figures, which read them.

This file measures nothing. Sides are named, so that one may be read by several figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import geometric_mean, median, quantiles
from typing import Final, Literal, TypeAlias

__all__ = [
    "PUBLIC", "Amount", "Experiment", "Figure", "Measure", "Rate", "Ratio", "Ratios", "Result", "Samples", "Skipped",
]  # fmt: skip

Measure: TypeAlias = Callable[[], float]
"""Takes one sample: seconds, unless the experiment says otherwise."""
Samples: TypeAlias = Mapping[str, Sequence[float]]
"""All samples of each side, round by round."""
PUBLIC: Final = "the public implementation"


class Skipped(Exception):  # noqa: N818  # no error: something that is not here
    """An experiment can not be made here: raised for the rest of a section, or handed out in the place of one."""

    def __init__(self, reason: str, title: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.title = title


@dataclass(frozen=True, slots=True)
class Result:
    """A figure, measured.

    ``value`` is a ratio to what ``against`` names, or an amount of ``unit``. ``spread`` is half the distance of its quartiles,
    as a share of it. ``negligible`` is a difference too small to mean anything. ``per_second`` counts ``step`` (turns, nodes,
    flows); ``overhead`` is what one of them costs above plain Python, in nanoseconds.
    """

    section: str
    name: str
    title: str
    value: float
    unit: str
    against: str | None = None
    goal: float | None = None
    at_least: bool = False
    spread: float = 0.0
    negligible: float = 0.0
    step: str | None = None
    per_second: float | None = None
    overhead: float | None = None
    worst_of: str | None = None

    @property
    def held(self) -> bool | None:
        """Whether the goal is held; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """The time of a side over that of another. ``steps`` is how many of ``step`` a sample has."""

    name: str
    title: str
    side: str
    base: str
    against: str = "plain Python"
    goal: float | None = None
    steps: int | None = None
    step: str = "turns"

    def result(self, section: str, samples: Samples) -> Result:
        """The figure."""
        ours, base = median(samples[self.side]), median(samples[self.base])
        by_rounds = [one / other for one, other in zip(samples[self.side], samples[self.base], strict=True)]
        result = Result(
            section, self.name, self.title, ours / base, "×", self.against, self.goal, spread=spread(by_rounds)
        )  # fmt: skip
        return result if self.steps is None else _counted(result, self.step, self.steps, ours, base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Steps a second of a side, over what was ``published`` or measured elsewhere: more is better."""

    name: str
    title: str
    side: str
    steps: int
    published: float
    step: str = "turns"
    goal: float | None = None
    against: str = PUBLIC
    base: str | None = None

    def result(self, section: str, samples: Samples) -> Result:
        """The figure."""
        ours = median(samples[self.side])
        result = Result(
            section, self.name, self.title, self.steps / ours / self.published, "×", self.against, self.goal, True,
            spread(samples[self.side]),
        )  # fmt: skip
        return _counted(result, self.step, self.steps, ours, None if self.base is None else median(samples[self.base]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A side's samples as they are, divided by ``per``; without those of the side ``without``."""

    name: str
    title: str
    side: str
    unit: str
    goal: float | None = None
    without: str | None = None
    per: float = 1
    negligible: float = 0.0
    worst: bool = False
    """The largest sample, not the median."""

    def result(self, section: str, samples: Samples) -> Result:
        """The figure."""
        chosen: Callable[[Sequence[float]], float] = max if self.worst else median
        value = chosen(samples[self.side]) / self.per
        scatter = spread(samples[self.side])
        if self.without is not None:
            scatter *= value
            value -= chosen(samples[self.without]) / self.per
            scatter = abs(scatter / value) if value else 0.0
        return Result(
            section, self.name, self.title, value, self.unit, None, self.goal, spread=scatter, negligible=self.negligible
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Many ratios in one number: of each side in ``pairs`` over its base."""

    name: str
    title: str
    pairs: Sequence[tuple[str, str]]
    summary: Literal["geometric mean", "worst"]
    against: str = "plain Python"
    goal: float | None = None

    def result(self, section: str, samples: Samples) -> Result:
        """The figure; the worst one says whose it is."""
        by_pair = [(side, median(samples[side]) / median(samples[base])) for side, base in self.pairs]
        match self.summary:
            case "geometric mean":
                value, whose = geometric_mean(ratio for _, ratio in by_pair), None
            case "worst":
                whose, value = max(by_pair, key=lambda pair: pair[1])
        rounds = range(min(len(samples[side]) for side, _ in self.pairs))
        by_rounds = [geometric_mean(samples[side][n] / samples[base][n] for side, base in self.pairs) for n in rounds]
        return Result(
            section, self.name, self.title, value, "×", self.against, self.goal, spread=spread(by_rounds), worst_of=whose
        )  # fmt: skip


Figure: TypeAlias = Ratio | Rate | Amount | Ratios


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is measured by turns, a round of each side. ``unit`` is that of the samples; ``warm`` takes a first one of each side
    that does not count: what is loaded and compiled once is then there."""

    title: str
    sides: Mapping[str, Measure]
    figures: Sequence[Figure]
    unit: str = "s"
    warm: bool = True


def spread(samples: Sequence[float]) -> float:
    """Half the distance of the quartiles, as a share of the median."""
    if len(samples) < 2:
        return 0.0
    low, middle, high = quantiles(samples, n=4, method="inclusive")
    return abs((high - low) / 2 / middle) if middle else 0.0


def _counted(result: Result, step: str, steps: int, ours: float, base: float | None) -> Result:
    from dataclasses import replace

    overhead = None if base is None else (ours - base) / steps * 1e9
    return replace(result, step=step, per_second=steps / ours, overhead=overhead)
