"""``cascade run`` in this process: what goes where, and with which exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cascade.cli.run import main
from click.testing import CliRunner, Result

PROGRAM = '''"""A program."""
from till import add, refuse, item

flow main(first: int, second: int = 2) -> int:
    """Add two numbers."""
    print("adding")
    return add(first, second)

flow fails(n):
    return inner(n) + 1

flow inner(n):
    return refuse(n)

flow says_no():
    fail "no"

flow endless():
    loop:
        pass

flow waits():
    return wait "go"

flow odd():
    return [item()]
'''
TASKS = """import cascade as cs


class Item:
    pass


@cs.task(mode="inline")
def add(a, b):
    print("in the task")
    return a + b


@cs.task(mode="inline")
def refuse(n):
    raise ValueError(f"not {n}")


@cs.task
def item():
    return Item()
"""
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program and its tasks, with a cache of its own."""
    (tmp_path / "program.csc").write_text(PROGRAM)
    (tmp_path / "till.py").write_text(TASKS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setenv("CASCADE_CACHE_DIR", str(tmp_path / "cache"))
    yield tmp_path
    for name in ("till", "app"):
        sys.modules.pop(name, None)


@pytest.fixture
def run(folder: Path) -> Run:
    return lambda *arguments: CliRunner().invoke(main, ["run", *map(str, arguments)])


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_the_result_alone_is_on_standard_output(run: Run, engine: str) -> None:
    """What flows and tasks print goes to standard error."""
    done = run("program.csc", engine, "-p", "first=40")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "42\n", "adding\nin the task\n")


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_a_failed_run_shows_flows_and_user_code_only(run: Run, folder: Path, engine: str) -> None:
    """Every flow with its line underlined, then the task, then the error; nothing of the engine."""
    done = run("program.csc", "fails", engine, "-p", "n=3")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Traceback (most recent call last):\n"
        '  File "program.csc", line 10, in fails\n'
        "    return inner(n) + 1\n"
        "           ^^^^^^^^\n"
        '  File "program.csc", line 13, in inner\n'
        "    return refuse(n)\n"
        "           ^^^^^^^^^\n"
        f'  File "{folder}/till.py", line 16, in refuse\n'
        '    raise ValueError(f"not {n}")\n'
        "ValueError: not 3\n"
        "error[CS419]: flow `inner` failed: ValueError: not 3\n"
        " --> program.csc:13:12\n"
    )


def test_fail_is_shown_by_the_languages_own_name(run: Run) -> None:
    """Not by that of our module."""
    done = run("program.csc", "says_no")
    *_, error, sentence, place = done.stderr.splitlines()
    assert (done.exit_code, error) == (1, "FlowFailed: no")
    assert (sentence, place) == ("error[CS419]: flow `says_no` failed: FlowFailed: no", " --> program.csc:16:5")


def test_a_budget_stops_a_run(run: Run) -> None:
    """With a code, the place, and status 1."""
    done = run("program.csc", "endless", "--max-turns", 5)
    assert (done.exit_code, "error[CS414]" in done.stderr, "program.csc:19" in done.stderr) == (1, True, True)


def test_a_signal_that_has_come_is_received(run: Run) -> None:
    """Its value is JSON, or else text."""
    assert run("program.csc", "waits", "--signal", 'go={"by": "Ada"}').stdout == '{"by": "Ada"}\n'
    assert run("program.csc", "waits", "--signal", "go=now").stdout == '"now"\n'
    assert run("program.csc", "waits", "--signal", "go").stdout == "null\n"


def test_a_result_that_is_no_json_is_named(run: Run) -> None:
    """Its type and where it is."""
    done = run("program.csc", "odd")
    assert done.exit_code == 1
    assert done.stderr == "error[CS412]: the result of flow `odd` is not JSON: result[0] is an Item\n"


def test_events_are_lines_of_json(run: Run, folder: Path) -> None:
    """In order, each with its time."""
    assert run("program.csc", "-p", "first=1", "--json-events", "events.json").exit_code == 0
    events = [json.loads(line) for line in (folder / "events.json").read_text().splitlines()]
    assert [event["event"] for event in events] == ["RunStarted", "CallStarted", "CallFinished", "RunFinished"]
    assert all(event["at"] >= 0 for event in events)


def test_parameters_come_from_a_file_and_from_options(run: Run, folder: Path) -> None:
    """An option wins over the file; numbers in the file are numbers."""
    (folder / "parameters.json").write_text('{"first": 1, "second": 10}')
    assert run("program.csc", "--params", "parameters.json", "-p", "first=5").stdout == "15\n"


def test_all_wrong_parameters_are_told_at_once(run: Run) -> None:
    """Missing, ill-typed and unknown, with the signature."""
    done = run("program.csc", "-p", "second=x", "-p", "thrid=1")
    assert done.exit_code == 2
    assert [line[:12] for line in done.stderr.splitlines() if line.startswith("error")] == [
        "error[CS405]",
        "error[CS407]",
        "error[CS406]",
    ]
    assert "flow main(first: int, second: int = 2) -> int" in done.stderr


def test_a_flow_of_a_python_module_is_a_target(run: Run, folder: Path) -> None:
    """A program, a flow, or a call with its arguments."""
    (folder / "app.py").write_text(
        'import cascade as cs\nprogram = cs.load("program.csc")\nadd = program.main\ncall = add(1, 1)\n'
    )
    assert run("app:program", "main", "-p", "first=1").stdout == "3\n"
    assert run("app:add", "-p", "first=2").stdout == "4\n"
    assert run("app:call").stdout == "2\n"
    assert run("app:sub").exit_code == 2


def test_a_python_module_beside_wins_over_one_that_is_loaded(run: Run, folder: Path) -> None:
    """A user's `json.py` is the user's, and ours stays ours."""
    (folder / "json.py").write_text("import cascade as cs\n\n\n@cs.task\ndef load():\n    return 7\n")
    (folder / "own.csc").write_text("from json import load\n\nflow main():\n    return load()\n")
    assert run("own.csc").stdout == "7\n"
    assert json.loads("1") == 1


def test_an_unchanged_source_is_not_compiled_again(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed one is; so is one whose cache entry is damaged."""
    assert run("program.csc", "-p", "first=1").stdout == "3\n"
    with monkeypatch.context() as patch:
        patch.setattr("cascade.loading.build_source", None)
        assert run("program.csc", "-p", "first=1").stdout == "3\n"
    (folder / "program.csc").write_text(PROGRAM.replace("second: int = 2", "second: int = 3"))
    assert run("program.csc", "-p", "first=1").stdout == "4\n"
    for entry in (folder / "cache").iterdir():
        entry.write_bytes(entry.read_bytes()[:-3])
    assert run("program.csc", "-p", "first=1").stdout == "4\n"


def test_a_changed_task_is_seen_in_spite_of_the_cache(run: Run, folder: Path) -> None:
    """The program is compiled again, which says what is wrong now."""
    assert run("program.csc", "-p", "first=1").exit_code == 0
    sys.modules.pop("till")
    (folder / "till.py").write_text(TASKS.replace("def add(a, b)", "def add(a, b, c)"))
    done = run("program.csc", "-p", "first=1")
    assert done.exit_code == 2
    assert "program.csc:7" in done.stderr


def test_a_cache_that_can_not_be_written_is_done_without(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run never fails for it."""
    (folder / "blocked").write_text("a file")
    monkeypatch.setenv("CASCADE_CACHE_DIR", str(folder / "blocked"))
    assert run("program.csc", "-p", "first=1").stdout == "3\n"


def test_flows_lists_signatures_and_docstrings(folder: Path) -> None:
    """The docstring is the help text."""
    said = CliRunner().invoke(main, ["flows", "program.csc"]).stdout
    assert said.startswith("flow main(first: int, second: int = 2) -> int\n    Add two numbers.\n")


def test_explain_gives_the_title() -> None:
    """Or says that there is no such code."""
    assert CliRunner().invoke(main, ["explain", "cs412"]).stdout.startswith("CS412: a result is not JSON")
    assert CliRunner().invoke(main, ["explain", "CS999"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "missing argument 'TARGET'\n  = hint: `cascade run --help` tells what there is"),
        (["rum", "x"], "no such command 'rum'"),
        (["check", "x"], "`cascade` has no command `check`\n  = hint: that is `cascadec check`"),
        (
            ["run", "program.csc", "first=1"],
            "`first=1` is not the name of a flow\n  = hint: parameters are given as `-p first=1`",
        ),
        (
            ["run", "program.csc", "main", "a=1"],
            "got unexpected extra argument (a=1)\n  = hint: parameters are given as `-p NAME",
        ),
        (["run", "program.csc", "-O", "3"], "invalid value for '-O'"),
        (["run", "program.cbp", "-O", "1"], "-O is for sources (.csc), not for `program.cbp`"),
    ],
)
def test_a_wrong_command_line_is_a_coded_sentence(folder: Path, arguments: list[str], said: str) -> None:
    """As all other mistakes are, with exit status 2; nothing is ignored silently."""
    done = CliRunner().invoke(main, arguments, prog_name="cascade")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error[CS400]: {said}")


def test_a_target_is_guessed(run: Run, folder: Path) -> None:
    """A name without its suffix, and one in the form of a Python module."""
    assert "did you mean `program.csc`?" in run("program").stderr
    assert "hint: a flow of a file is named after it: `program.csc main`" in run("program.csc:main").stderr
