"""Two processes and one run: whatever becomes of the one, nothing runs twice after its commit, and nothing is stranded."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.crashes import KILLED, Program, Server, Story
from support.stores import needs_server

Whole = Callable[[Program], Story]
SLOWLY = Program("flows:slowly", "[5]")
PATIENCE = 30.0


def until(happened: Callable[[], bool]) -> None:
    """Wait for something in another process."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def done_by(story: Story, count: int) -> Callable[[], bool]:
    """Whether the tasks of a run were called so often."""
    return lambda: len(story.effects().executions) >= count


def test_two_processes_resume_a_run_whose_owner_was_killed(
    servers: list[Server], whole_of: Whole, tmp_path: Path, url: str
) -> None:
    """No lease is waited for: one of them has it at once, and the other is told so."""
    story = Story(servers, SLOWLY, tmp_path / "run", url)
    assert story.process("run", kill="after:commit:2") == KILLED
    one, other = servers
    one.start(**story.job("resume"))
    other.start(**story.job("resume"))
    assert one.wait() == other.wait() == 0
    kinds = sorted((result["kind"], result.get("code")) for result in story.results())
    assert kinds in ([("error", "CS512"), ("value", None)], [("value", None), ("value", None)])  # the second may come late
    last = next(result for result in story.results() if result["kind"] == "value")
    assert last["data"]
    check_effects(story, whole_of(SLOWLY))


def check_effects(story: Story, whole: Story) -> None:
    """What the run did in the end, whoever did it."""
    effects = story.effects()
    assert effects.again == []
    assert effects.calls() == whole.effects().calls()
    assert story.outcome() == whole.outcome()


def test_the_owner_is_killed_while_others_ask(servers: list[Server], whole_of: Whole, tmp_path: Path, url: str) -> None:
    """While it lives they are refused; when it is dead, they go on."""
    program = Program("flows:slowly", "[40]")
    story = Story(servers, program, tmp_path / "run", url)
    one, other = servers
    pid = one.start(**story.job("run"))
    until(done_by(story, 2))
    other.start(**story.job("resume"))
    assert other.wait() == 0
    os.kill(pid, signal.SIGKILL)
    assert one.wait() == KILLED
    assert story.results()[-1]["code"] == "CS512"
    story.finish()
    check_effects(story, whole_of(program))


def test_the_owner_is_stopped_for_longer_than_its_lease(
    servers: list[Server], whole_of: Whole, tmp_path: Path, url: str
) -> None:
    """When it goes on it can write nothing, and makes no call but the one that it was in."""
    story = Story(servers, SLOWLY, tmp_path / "run", url, lease_seconds=0.5)
    one, other = servers
    pid = one.start(**story.job("run"))
    until(done_by(story, 2))
    os.kill(pid, signal.SIGSTOP)
    try:
        refused = 0
        while True:
            other.start(**story.job("resume"))
            assert other.wait() == 0
            result = story.results()[-1]
            if result["kind"] == "value":
                break
            assert result["code"] == "CS512"
            refused += 1
            time.sleep(0.05)
        assert refused
        before = len(story.effects().executions)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert one.wait() == 0
    result = story.results()[-1]
    assert (result["pid"], result["code"]) == (pid, "CS513"), result
    assert len(story.effects().executions) == before
    check_effects(story, whole_of(SLOWLY))


def test_the_lease_is_lost_while_another_is_in_the_middle(
    servers: list[Server], whole_of: Whole, tmp_path: Path, url: str
) -> None:
    """Both are under way at the same time, and only the one that has it comes further."""
    program = Program("flows:slowly", "[12]")
    story = Story(servers, program, tmp_path / "run", url, lease_seconds=0.4)
    one, other = servers
    first = one.start(**story.job("run"))
    until(done_by(story, 3))
    os.kill(first, signal.SIGSTOP)
    time.sleep(0.5)
    count = len(story.effects().executions)
    other.start(**story.job("resume"))
    until(done_by(story, count + 2))
    os.kill(first, signal.SIGCONT)
    assert one.wait() == other.wait() == 0
    by_pid = {result["pid"]: result for result in story.results()}
    assert by_pid.pop(first)["code"] == "CS513"
    assert [result["kind"] for result in by_pid.values()] == ["value"]
    check_effects(story, whole_of(program))


@needs_server
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_the_owner_is_cut_from_the_database(servers: list[Server], whole_of: Whole, tmp_path: Path, url: str) -> None:
    """It connects again, or says that it can not; either way the run comes to its end, and nothing durable is done again."""
    import psycopg

    story = Story(servers, SLOWLY, tmp_path / "run", url)
    one = servers[0]
    one.start(**story.job("run"))
    for count in (2, 4):
        until(lambda count=count: done_by(story, count)() or story.results() != [])  # type: ignore[misc]
        with psycopg.connect(os.environ["CASCADE_TEST_POSTGRES"], autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query ILIKE '%runs%'"
            )
    assert one.wait() == 0
    result = story.results()[-1]
    if result["kind"] == "error":
        assert result["code"] == "CS519"
        story.finish()
    check_effects(story, whole_of(SLOWLY))
