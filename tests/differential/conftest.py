"""How many generated programs the differential tests run."""

from __future__ import annotations

import pytest

CI_EXAMPLES = 240


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--differential-examples", type=int, default=CI_EXAMPLES, help="generated programs of fixed seeds to run")
    parser.addoption("--differential-seed", type=int, default=None, help="run the generated program of this seed")


@pytest.fixture
def differential_examples(request: pytest.FixtureRequest) -> int:
    number: int = request.config.getoption("--differential-examples")
    return number


@pytest.fixture
def differential_seed(request: pytest.FixtureRequest) -> int | None:
    seed: int | None = request.config.getoption("--differential-seed")
    return seed
