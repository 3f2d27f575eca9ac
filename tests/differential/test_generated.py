"""Generated programs mean the same on CPython, the reference, and the machine with every form and pass of a Blueprint.

The programs of fixed seeds run on every change; others are drawn. A failure shows the program, made small.
To look at one seed: ``pytest tests/differential -k seed --differential-seed 1234``.
"""

from __future__ import annotations

import pytest
from support.compare import check_seed, turn_by_turn, whole_effort
from support.effort import drawn_seeds, scaled

PIECES = 8
FIXED = 120
DRAWN = 13  # in each piece


@pytest.mark.parametrize("piece", range(PIECES))
def test_programs_of_fixed_seeds_agree_on_every_engine(piece: int) -> None:
    """Value, error, place and log are the same for each of the programs."""
    reports = (check_seed(seed, turn_by_turn(seed)) for seed in range(piece, scaled(FIXED), PIECES))
    assert next((report for report in reports if report), None) is None


@pytest.mark.parametrize("piece", range(PIECES))
def test_drawn_programs_agree_on_every_engine(piece: int) -> None:
    """What holds for the fixed seeds holds for others."""
    reports = (check_seed(seed, turn_by_turn(seed)) for seed in drawn_seeds(f"programs {piece}", DRAWN))
    assert next((report for report in reports if report), None) is None


def test_one_seed(differential_seed: int | None) -> None:
    """Runs the program of the seed that the command line names, if it names one."""
    if differential_seed is not None:
        report = check_seed(differential_seed, whole_effort())
        assert report is None, report
