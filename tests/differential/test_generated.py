"""Generated programs mean the same on CPython, the reference, and the machine with every form and pass of a Blueprint.

The programs of fixed seeds run on every change; others are drawn by hypothesis. A failure shows the program, made small.
To look at one seed: ``pytest tests/differential -k seed --differential-seed 1234``.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.compare import check_seed, turn_by_turn, whole_effort
from support.effort import scaled

PIECES = 8
FIXED, DRAWN = scaled(120), scaled(100)


@pytest.mark.parametrize("piece", range(PIECES))
def test_programs_of_fixed_seeds_agree_on_every_engine(piece: int) -> None:
    """Value, error, place and log are the same for each of the programs."""
    reports = (check_seed(seed, turn_by_turn(seed)) for seed in range(piece, FIXED, PIECES))
    assert next((report for report in reports if report), None) is None


@pytest.mark.parametrize("piece", range(PIECES))
def test_drawn_programs_agree_on_every_engine(piece: int) -> None:
    """What holds for the fixed seeds holds for others."""

    @settings(
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # programs are made small by `support.shrink`
        suppress_health_check=list(HealthCheck),
        max_examples=-(-DRAWN // PIECES),
    )
    @given(seed=st.integers(1_000_000, 2**48))
    def agree(seed: int) -> None:
        seed = seed * PIECES + piece  # no other piece has this one
        report = check_seed(seed, turn_by_turn(seed))
        assert report is None, report

    agree()


def test_one_seed(differential_seed: int | None) -> None:
    """Runs the program of the seed that the command line names, if it names one."""
    if differential_seed is not None:
        report = check_seed(differential_seed, whole_effort())
        assert report is None, report
