"""Each test has a place of its own for a store, of each kind that there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.stores import BACK_ENDS, store_url


@pytest.fixture(params=BACK_ENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there is no store yet, of every kind."""
    yield from store_url(request.param, tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where there is no SQLite store yet."""
    return str(tmp_path / "runs.db")
