"""Takes the samples: of each experiment a round of each side, in turn, so that a slow minute of the machine meets all alike.

The order of the sides goes round as well: none is always the first after what came before.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Literal, TypeAlias

from cascade.bench.figures import Experiment, Result, Skipped
from cascade.bench.report import Report, Sampled, this_machine
from cascade.bench.sections import experiments_of
from cascade.bench.sizes import Sizes

__all__ = ["Watch", "measure", "sample"]

Watch: TypeAlias = Callable[[str, str, int], None]
"""Is told the section, the experiment, and the round that begins: 0 is the one that does not count."""


def measure(
    sections: Sequence[str], sizes: Sizes, rounds: int, watch: Watch, size: Literal["full", "quick"] = "full"
) -> Report:
    """Run sections. What can not be measured here is skipped, and the report says why."""
    figures: list[Result] = []
    experiments: dict[str, Sampled] = {}
    skipped: dict[str, str] = {}
    for section in sections:
        try:
            for experiment in _settled(experiments_of(section, sizes)):
                if isinstance(experiment, Skipped):
                    skipped[f"{section}: {experiment.title}"] = experiment.reason
                    continue
                samples = sample(experiment, rounds, lambda n, e=experiment, s=section: watch(s, e.title, n))  # type: ignore[misc]
                figures += [figure.result(section, samples) for figure in experiment.figures]
                medians = {side: median(values) for side, values in samples.items()}
                experiments[f"{section}: {experiment.title}"] = Sampled(experiment.unit, samples, medians)
        except Skipped as reason:
            skipped[section] = reason.reason
    return Report(this_machine(), size, rounds, figures, experiments, skipped)


def _settled(experiments: Iterator[Experiment | Skipped]) -> Iterator[Experiment | Skipped]:
    """Experiments during which garbage collections do not look at what was there before: compilers leave much behind, and the
    tenth experiment would measure that for all sides."""
    for experiment in experiments:
        gc.collect()
        gc.freeze()
        try:
            yield experiment
        finally:
            gc.unfreeze()


def sample(experiment: Experiment, rounds: int, watch: Callable[[int], None]) -> dict[str, list[float]]:
    """The samples of each side."""
    sides = list(experiment.sides.items())
    samples: dict[str, list[float]] = {side: [] for side, _ in sides}
    if experiment.warm:
        watch(0)
        for _, take in sides:
            take()
        gc.freeze()
    for number in range(rounds):
        watch(number + 1)
        first = number % len(sides)
        for side, take in sides[first:] + sides[:first]:
            samples[side].append(take())
    return samples
