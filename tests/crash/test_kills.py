"""Runs are killed with SIGKILL, at each commit and at any moment, and come to what a run comes to that nobody killed.

CI makes some hundred kills; the effort of a night makes thousands, on both tiers for each program.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
from support.crash_programs import PROGRAMS
from support.crashes import KILLED, Program, Server, Story
from support.effort import NIGHTLY

Whole = Callable[[Program], Story]
TIERS = {"tier 0": {"codegen": False}, "generated": {"codegen": True}}
RANDOM_KILLS = 40 if NIGHTLY else 2
ROUNDS = 5 if NIGHTLY else 1
BY_NAME = {program.name: program for program in PROGRAMS}


def tried() -> list[object]:
    """Programs and tiers: all of them at night, by turns otherwise."""
    found = []
    for number, program in enumerate(PROGRAMS):
        for at, tier in enumerate(TIERS):
            if NIGHTLY or at == number % 2:
                found.append(pytest.param(program, TIERS[tier], id=f"{program.name} {tier}"))
    return found


SMALL = ("flows:in_place", "flows:branches", "flows:retries", "shop.csc:order")
"""Programs that are tried on every store by CI, too."""


@pytest.mark.parametrize(("program", "tier"), tried())
def test_killed_before_and_after_each_commit(
    program: Program, tier: dict[str, bool], servers: list[Server], whole_of: Whole, tmp_path: Path
) -> None:
    """Each process makes one commit, or none."""
    story = Story(servers, program, tmp_path, **tier)
    story.killed_at_each_commit(every=1 if NIGHTLY else 2)
    assert story.kills
    story.check(whole_of(program))


@pytest.mark.parametrize("name", SMALL)
def test_killed_at_each_commit_on_each_store(
    name: str, servers: list[Server], whole_of: Whole, tmp_path: Path, url: str
) -> None:
    """The log and the lease are those of another store."""
    if url.endswith(".db") and not NIGHTLY:
        pytest.skip("done above")
    story = Story(servers, BY_NAME[name], tmp_path, url)
    story.killed_at_each_commit()
    story.check(whole_of(BY_NAME[name]))


@pytest.mark.parametrize(("program", "tier"), tried())
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_at_any_moment(
    program: Program, tier: dict[str, bool], seed: int, servers: list[Server], whole_of: Whole, tmp_path: Path
) -> None:
    """Also while it is being brought back."""
    whole = whole_of(program)
    began = perf_counter()
    assert Story(servers, program, tmp_path / "timed", **tier).process("run") == 0
    took = perf_counter() - began
    random = Random(f"{program.name} {seed}")
    story = Story(servers, program, tmp_path / "killed", **tier)
    story.killed_after(*(random.uniform(0, took) for _ in range(RANDOM_KILLS)))
    story.check(whole)


SNAPSHOTS = ("flows:growing", "flows:in_place", "flows:branches", "flows:closures", "flows:sleeps", "shop.csc:order")


@pytest.mark.parametrize("name", SNAPSHOTS if NIGHTLY else SNAPSHOTS[:3])
@pytest.mark.parametrize("tier", TIERS.values() if NIGHTLY else [TIERS["generated"]], ids=str)
def test_killed_at_snapshots(name: str, tier: dict[str, bool], servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """With a log that is outgrown at once, every other commit is a snapshot."""
    program = BY_NAME[name]
    story = Story(servers, program, tmp_path, least_log=20, **tier)
    story.killed_at_each_commit()
    story.check(whole_of(program))


OPENING = [f"{when}:{operation}:1" for operation in ("put_program", "create") for when in ("before", "after")]
TAKING = ["before:take:1", "after:take:1"]


@pytest.mark.parametrize("name", ["flows:in_place", "shop.csc:order"])
def test_killed_while_it_begins_and_while_it_is_brought_back(
    name: str, servers: list[Server], whole_of: Whole, tmp_path: Path
) -> None:
    """The process that resumes is killed as well, several times in a row; and the one that has just written the end."""
    story = Story(servers, BY_NAME[name], tmp_path)
    story.killed_at(*OPENING, "before:commit:2", *TAKING, *TAKING, "after:commit:2", *TAKING, "before:release:1")
    assert story.kills == len(OPENING) + 3 * len(TAKING) + 3
    story.check(whole_of(BY_NAME[name]))


@pytest.mark.parametrize("name", ["shop.csc:limited", "shop.csc:many", "flows:side_by_side"])
def test_a_thousand_side_by_side(name: str, servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """Only branches that are unfinished run again."""
    program = Program(name, "[1000]", concurrent=True, most=8 if "limited" in name else 1000)
    random = Random(name)
    story = Story(servers, program, tmp_path)
    points = [f"{random.choice(['before', 'after'])}:commit:{random.randint(1, 6)}" for _ in range(30 if NIGHTLY else 2)]
    story.killed_at(*points)
    assert story.kills
    story.check(whole_of(program))


@pytest.mark.parametrize(
    "program", PROGRAMS if NIGHTLY else [BY_NAME["flows:sets"], BY_NAME["shop.csc:order"]], ids=lambda one: one.name
)
def test_an_interpreter_that_was_just_started(program: Program, servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """Nothing of what a fork inherits is needed."""
    story = Story(servers, program, tmp_path, fresh=True)
    assert story.process("run", kill="after:commit:2") == KILLED
    story.finish()
    story.check(whole_of(program))


def test_a_tail_call_for_long(servers: list[Server], whole_of: Whole, tmp_path: Path) -> None:
    """Hundreds of turns, and not more is stored than there is of a state."""
    program = Program("flows:tail", "[400, 0]" if NIGHTLY else "[60, 0]")
    story = Story(servers, program, tmp_path, least_log=400)
    story.killed_at(*(f"{when}:commit:{number}" for number in (3, 20, 31) for when in ("before", "after")))
    assert story.kills == 6
    story.check(whole_of(program))
