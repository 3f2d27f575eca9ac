"""Random Python modules mean the same on CPython, the reference and the machine, or are refused with a code.

The modules of fixed seeds run on every change; others are drawn by hypothesis. A failure shows the module, made small.
"""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.effort import scaled
from support.python_compare import Tally, check_seed, first_disagreement
from support.python_generator import generate

PIECES = 12
FIXED, DRAWN = scaled(32), scaled(24)


@pytest.mark.parametrize("piece", range(PIECES))
def test_modules_of_fixed_seeds_are_what_cpython_says(piece: int) -> None:
    """Values, errors with their causes, arguments afterwards and what is printed."""
    reports = (check_seed(seed, Tally()) for seed in range(piece, FIXED, PIECES))
    report = next((report for report in reports if report), None)
    assert report is None, report


@pytest.mark.parametrize("piece", range(PIECES))
def test_drawn_modules_are_what_cpython_says(piece: int) -> None:
    """What holds for the fixed seeds holds for others."""

    @settings(
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # modules are made small by `support.python_shrink`
        suppress_health_check=list(HealthCheck),
        max_examples=-(-DRAWN // PIECES),
    )
    @given(seed=st.integers(1_000_000, 2**48))
    def agree(seed: int) -> None:
        report = check_seed(seed * PIECES + piece, Tally())  # a seed that no other piece has
        assert report is None, report

    agree()


def test_few_modules_are_refused_or_have_no_end() -> None:
    """The others are compared."""
    tally = Tally()
    for seed in range(scaled(40, least=40)):
        first_disagreement(generate(seed), None, tally)
    assert tally.compared >= 0.9 * (tally.compared + tally.refused + tally.too_long), tally


def test_a_seed_gives_the_same_module_on_each_python() -> None:
    """A seed that failed somewhere fails everywhere. Whoever changes the generator writes the new digest here."""
    texts = "".join(generate(seed).text for seed in range(20))
    assert sha256(texts.encode()).hexdigest()[:16] == "dbc06295d1e9232e"
