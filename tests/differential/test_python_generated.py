"""Random Python modules mean the same on CPython, the reference and the machine, or are refused with a code.

The modules of fixed seeds run on every change; others are drawn. A failure shows the module, made small.
"""

from __future__ import annotations

from hashlib import sha256

import pytest
from support.effort import drawn_seeds, scaled
from support.python_compare import Tally, check_seed, first_disagreement
from support.python_generator import generate

PIECES = 12
FIXED = 32
DRAWN = 2  # in each piece


@pytest.mark.parametrize("piece", range(PIECES))
def test_modules_of_fixed_seeds_are_what_cpython_says(piece: int) -> None:
    """Values, errors with their causes, arguments afterwards and what is printed."""
    reports = (check_seed(seed, Tally()) for seed in range(piece, scaled(FIXED), PIECES))
    report = next((report for report in reports if report), None)
    assert report is None, report


@pytest.mark.parametrize("piece", range(PIECES))
def test_drawn_modules_are_what_cpython_says(piece: int) -> None:
    """What holds for the fixed seeds holds for others."""
    reports = (check_seed(seed, Tally()) for seed in drawn_seeds(f"modules {piece}", DRAWN))
    report = next((report for report in reports if report), None)
    assert report is None, report


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
