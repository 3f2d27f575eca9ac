"""What the commands for runs in stores say besides the error: only what is so, and commands that work as they are written."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from cascade.cli.run import main
from click.testing import CliRunner, Result

import cascade as cs

PROGRAM = """from kept_steps import step

flow main(n: int):
    total = 0
    for i in range(n):
        total += step(i)
    return total

flow approval():
    answer = wait "approved"
    return answer
"""
STEPS = """import cascade as cs


@cs.task
def step(number: int) -> int:
    return number
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with its tasks, where the commands are run."""
    (tmp_path / "program.csc").write_text(PROGRAM)
    (tmp_path / "kept_steps.py").write_text(STEPS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASCADE_STORE", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def cascade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def commands_in(text: str) -> list[list[str]]:
    """What stands in backticks and is a command of ours, as a shell would take it apart."""
    return [shlex.split(found)[1:] for found in re.findall(r"`(cascade [^`]*)`", text)]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("store", ["none/runs.db", "program.csc", "postgresql://localhost:1/none"])
def test_nothing_is_kept_where_no_store_could_be_opened(store: str) -> None:
    """So nothing says that it is."""
    done = cascade("run", "program.csc", "main", "-p", "n=3", "--store", store, "--run-id", "a")
    assert done.exit_code != 0
    assert "error[CS51" in done.stderr
    assert "is kept" not in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("run_id", ["-a", "--help", "order 17", "it's"])
def test_commands_that_are_shown_work(run_id: str) -> None:
    """Whatever the run is called, also as an option is."""
    done = cascade("run", "program.csc", "main", "-p", "n=3", "--store", "runs.db", "--run-id", run_id, "--max-calls", "1")
    [shown] = commands_in(done.stderr)
    assert ("--" in shown) == run_id.startswith("-")
    forked = cascade("fork", "--store", "runs.db", "--id", f"{run_id}2", "--", run_id)
    [of_fork] = commands_in(forked.stderr)
    assert cascade(*shown).stdout == "3\n"
    assert cascade(*of_fork).exit_code == 1, "it is there, and has no more calls"
    sent = cascade("signal", "--store", "runs.db", "--", f"{run_id}2", "go")
    assert commands_in(sent.stderr) == [of_fork]


@pytest.mark.usefixtures("folder")
def test_errors_in_python_show_such_commands_too() -> None:
    """They know no store that a command would need."""
    call = cs.load("program.csc").main(3)
    with pytest.raises(cs.RunPaused, match=r"`cascade resume --add-budget … -- -a` lets it go on"):
        cs.run(call, store="runs.db", run_id="-a", budget=cs.Budget(calls=1))
    with pytest.raises(cs.RunPaused, match=r"`cascade resume 'order 17' --add-budget …` lets it go on"):
        cs.run(call, store="runs.db", run_id="order 17", budget=cs.Budget(calls=1))


@pytest.mark.usefixtures("folder")
def test_a_paused_run_is_given_more_of_what_it_lacks() -> None:
    """By the name that the budget has as an option."""
    with pytest.raises(cs.RunPaused):
        cs.run(cs.load("program.csc").main(3), store="runs.db", run_id="a", budget=cs.Budget(seconds=0))
    done = cascade("resume", "a", "--store", "runs.db")
    assert done.exit_code == 1
    [shown] = commands_in(done.stderr)
    assert "seconds=1000" in shown
    assert cascade(*shown).stdout == "3\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", ['{"a":1', "[1, 2", '"go', "[NaN]", "{it's}", ' {"a"}'])
def test_what_begins_as_json_has_to_be_json(text: str) -> None:
    """A word that is only nearly JSON is a mistake far more often than a word; the hint says how it is sent as text."""
    with pytest.raises(cs.RunPaused):
        cs.run(cs.load("program.csc").main(3), store="runs.db", run_id="a", budget=cs.Budget(calls=1))
    places = (
        lambda word: ("signal", "a", "go", word, "--store", "runs.db"),
        lambda word: ("fork", "a", "--set", f"total={word}", "--store", "runs.db"),
        lambda word: ("run", "program.csc", "approval", "--signal", f"approved={word}"),
    )
    for place in places:
        refused = cascade(*place(text))
        assert refused.exit_code == 2
        assert "error[CS400]" in refused.stderr
        [quoted] = shlex.split(refused.stderr.partition("as text it is ")[2].splitlines()[0])
        taken = cascade(*place(quoted))
        assert taken.exit_code == 0, taken.stderr
    assert json.loads(taken.stdout) == text
    assert json.loads(cascade("run", "program.csc", "approval", "--signal", "approved=go").stdout) == "go"
    assert cs.Store("runs.db").show("a").signals == ["go"]


def test_a_long_reason_does_not_widen_the_table(folder: Path) -> None:
    """It is whole in `--json`, and where the run is shown."""

    def held() -> None: ...

    @cs.task(name="hints:make", mode="inline")
    def make() -> object:
        return held

    @cs.flow
    def holds() -> object:
        a_variable_whose_name_is_long_enough_to_make_a_long_reason_of_why_it_is_paused = make()
        cs.sleep(1)
        return a_variable_whose_name_is_long_enough_to_make_a_long_reason_of_why_it_is_paused

    with pytest.raises(cs.NotStorable):
        cs.run(holds(), store="runs.db", run_id="a")
    [row] = json.loads(cascade("runs", "--store", "runs.db", "--json").stdout)
    assert row["status"] == "paused"
    assert len(row["waits"]) > 60
    table = cascade("runs", "--store", "runs.db").stdout
    assert row["waits"] not in table
    assert row["waits"][:59] + "…" in table
    assert row["waits"] in cascade("show", "a", "--store", "runs.db").stdout
    assert (folder / "runs.db").exists()
