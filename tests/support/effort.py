"""How much is tried of what is random: one factor for all tests, ``CASCADE_EFFORT`` in the environment.

1, when it is not set, is what every change is tested with; ``CASCADE_EFFORT=10`` is for the night: ten times as many programs,
draws and kills, and what hypothesis draws is new each time; a quarter is for one more version of Python. The factor is the
same in all processes of a run, so that they collect the same tests.
"""

from __future__ import annotations

import os

__all__ = ["EFFORT", "NIGHTLY", "scaled"]

EFFORT = float(os.environ.get("CASCADE_EFFORT") or 1)
assert 0 < EFFORT < float("inf"), f"CASCADE_EFFORT={EFFORT} is no factor"
NIGHTLY = EFFORT >= 10


def scaled(usual: int, least: int = 1) -> int:
    """So many, by the effort. ``least`` is what a test needs to be able to fail."""
    return max(least, round(usual * EFFORT))
