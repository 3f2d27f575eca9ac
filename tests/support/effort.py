"""How much is tried of what is random: one factor for all tests, ``CASCADE_EFFORT`` in the environment.

1, when it is not set, is what every change is tested with; ``CASCADE_EFFORT=10`` is for the night: ten times as many programs,
draws and kills; a tenth is for one more version of Python. What is drawn is new each time, but not in CI by day: a change
that breaks nothing is not to fail there. The factor is the same in all processes of a run, so that they collect the same tests.
"""

from __future__ import annotations

import os
from random import Random

__all__ = ["EFFORT", "NIGHTLY", "REPEATABLE", "drawn_seeds", "scaled"]

EFFORT = float(os.environ.get("CASCADE_EFFORT") or 1)
assert 0 < EFFORT < float("inf"), f"CASCADE_EFFORT={EFFORT} is no factor"
NIGHTLY = EFFORT >= 10
REPEATABLE = "CI" in os.environ and not NIGHTLY
"""Whether what is drawn is the same each time."""


def scaled(usual: int, least: int = 1) -> int:
    """So many, by the effort. ``least`` is what a test needs to be able to fail."""
    return max(least, round(usual * EFFORT))


def drawn_seeds(name: str, usual: int) -> list[int]:
    """So many seeds for the test of this name, by the effort: none of the small ones that every run goes through."""
    chance = Random(name) if REPEATABLE else Random()
    return [chance.randrange(1_000_000, 2**48) for _ in range(scaled(usual))]
