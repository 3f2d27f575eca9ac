"""What the command line says about the differential tests; `tests/conftest.py` has the options."""

from __future__ import annotations

import pytest


@pytest.fixture
def differential_seed(request: pytest.FixtureRequest) -> int | None:
    """The one program to run."""
    seed: int | None = request.config.getoption("--differential-seed")
    return seed
