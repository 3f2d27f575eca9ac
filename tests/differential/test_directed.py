"""Small programs, one fact each, on every engine; CPython says what is right."""

from __future__ import annotations

import pytest
from support.compare import directed_effort, disagreements
from support.directed import DIRECTED, directed_example


@pytest.mark.parametrize("fact", DIRECTED)
def test_engines_agree(fact: str) -> None:
    """The fact in the program's name."""
    found = next(disagreements(directed_example(DIRECTED[fact]), directed_effort(fact)), None)
    assert found is None, f"{found.engine}:\n{found.text}"
