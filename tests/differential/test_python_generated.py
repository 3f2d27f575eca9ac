"""Random Python modules mean the same on CPython, the reference and the machine, or are refused with a code.

The modules of fixed seeds run on every change; others are drawn by hypothesis. A failure shows the module, made small. With
``CASCADE_PYTHON_EXAMPLES=5000`` in the environment there are so many fixed seeds.
"""

from __future__ import annotations

import os
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.python_compare import Tally, check_seed
from support.python_generator import generate

PIECES = 4
EXAMPLES = int(os.environ.get("CASCADE_PYTHON_EXAMPLES", "80"))


@pytest.mark.parametrize("piece", range(PIECES))
def test_modules_of_fixed_seeds_are_what_cpython_says(piece: int) -> None:
    """Values, errors with their causes, arguments afterwards and what is printed; few modules are refused or have no end."""
    tally = Tally()
    reports = (check_seed(seed, tally) for seed in range(piece, EXAMPLES, PIECES))
    report = next((report for report in reports if report), None)
    assert report is None, report
    assert tally.compared >= 0.9 * (tally.compared + tally.refused + tally.too_long), tally


@settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # modules are made small by `support.python_shrink`
    suppress_health_check=list(HealthCheck),
    max_examples=15,
)
@given(seed=st.integers(1_000_000, 2**48))
def test_drawn_modules_are_what_cpython_says(seed: int) -> None:
    """What holds for the fixed seeds holds for others."""
    report = check_seed(seed, Tally())
    assert report is None, report


def test_a_seed_gives_the_same_module_on_each_python() -> None:
    """A seed that failed somewhere fails everywhere. Whoever changes the generator writes the new digest here."""
    texts = "".join(generate(seed).text for seed in range(20))
    assert sha256(texts.encode()).hexdigest()[:16] == "dbc06295d1e9232e"
