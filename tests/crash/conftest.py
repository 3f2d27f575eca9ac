"""Servers that fork the processes of these tests; and the runs that nobody kills, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.crashes import Program, Server, Story, serving
from support.stores import BACK_ENDS, store_url


@pytest.fixture(scope="session")
def servers() -> Iterator[list[Server]]:
    with serving() as found:
        yield found


@pytest.fixture(params=BACK_ENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a store, of each kind."""
    yield from store_url(request.param, tmp_path)


@pytest.fixture(scope="session")
def whole_of(servers: list[Server], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Program], Story]:
    """The run of a program that nobody kills."""
    made: dict[Program, Story] = {}

    def find(program: Program) -> Story:
        if program not in made:
            made[program] = story = Story(servers, program, tmp_path_factory.mktemp("whole"))
            assert story.process("run") == 0
            story.check(story)
        return made[program]

    return find
