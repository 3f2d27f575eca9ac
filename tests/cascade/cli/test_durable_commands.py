"""The commands for runs in stores, as a user has them: in processes that are killed, interrupted and gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import command, run_command

PROGRAM = """from steps import note, hold

flow main(n: int):
    total = 0
    try:
        for i in range(n):
            total += note(i)
        total += hold("pipe")
        return total
    finally:
        print("cleaned up")

flow approval():
    answer = wait "approved"
    return answer
"""
STEPS = '''import cascade as cs


@cs.task
def note(number: int) -> int:
    with open("calls.txt", "a") as file:
        file.write(f"{number}\\n")
    return number


@cs.task
async def hold(pipe: str) -> int:
    """Tells that it has begun, and waits as long as there is no file `go`."""
    import asyncio, os
    if os.path.exists("go"):
        return 100
    with open(pipe, "w") as file:
        file.write("running")
    await asyncio.sleep(1000)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A program and its tasks; `pipe` tells when the run has come to `hold`."""
    (tmp_path / "program.csc").write_text(PROGRAM)
    (tmp_path / "steps.py").write_text(STEPS)
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


Cascade = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def cascade(folder: Path) -> Cascade:
    """Runs a command to its end, in the folder, with its store."""
    return lambda *arguments: run_command("cascade", *arguments, cwd=folder, env={"CASCADE_STORE": "runs.db"})


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command under way, in the folder, with its store."""
    env = {**os.environ, "CASCADE_STORE": "runs.db"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command("cascade", *arguments), cwd=folder, env=env, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def begin_and_hold(folder: Path, run_id: str = "order-17") -> subprocess.Popen[str]:
    """The run of `main`, which has come to `hold`."""
    process = begin(folder, "run", "program.csc", "main", "-p", "n=3", "--run-id", run_id)
    assert (folder / "pipe").read_text() == "running"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def calls(folder: Path) -> list[str]:
    return (folder / "calls.txt").read_text().split()


# --- killed, and continued -----------------------------------------------------------------------------------------------


def test_a_run_that_is_killed_goes_on_where_it_was(folder: Path, cascade: Cascade) -> None:
    """What was committed is not called again; the result comes as `cascade run` gives it."""
    kill(begin_and_hold(folder))
    assert "interrupted" in cascade("runs").stdout
    (folder / "go").touch()
    (folder / "program.csc").unlink()
    done = cascade("resume", "order-17")
    assert (done.returncode, done.stdout, done.stderr) == (0, "103\n", "cleaned up\n")
    assert calls(folder) == ["0", "1", "2"]
    again = cascade("resume", "order-17")
    assert (again.returncode, again.stdout) == (0, "103\n")
    assert again.stderr == "run `order-17` has ended already (done)\n"


def test_an_interrupted_run_is_kept_and_says_how_it_goes_on(folder: Path, cascade: Cascade) -> None:
    """Ctrl-C ends the process, not the run: no `finally` suite runs."""
    process = begin_and_hold(folder)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "interrupted; run `order-17` is kept: `cascade resume order-17` continues it\n"
    assert json.loads(cascade("runs", "--json").stdout)[0]["status"] == "interrupted"


def test_the_id_of_a_run_without_a_name_is_told(folder: Path, cascade: Cascade) -> None:
    """On standard error, before it begins; `--store` is in what to type when no variable names it."""
    started = begin(folder, "run", "program.csc", "main", "-p", "n=1", "--store", "other.db")
    assert (folder / "pipe").read_text() == "running"
    started.send_signal(signal.SIGTERM)
    _, err = started.communicate(timeout=60)
    first, *rest = err.splitlines()
    run_id = first.removeprefix("run ")
    assert started.returncode == 143
    assert rest == [f"interrupted; run `{run_id}` is kept: `cascade resume {run_id} --store other.db` continues it"]
    shown = cascade("runs", "--store", "other.db").stdout
    assert run_id in shown


def test_a_failing_run_fails_when_it_is_resumed_too(folder: Path, cascade: Cascade) -> None:
    """With the flow's lines and exit status 1."""
    (folder / "program.csc").write_text(PROGRAM.replace("return total", 'fail f"no {total}"'))
    kill(begin_and_hold(folder, "f"))
    (folder / "go").touch()
    done = cascade("resume", "f")
    assert done.returncode == 1
    assert 'fail f"no {total}"' in done.stderr
    assert "error[CS419]: flow `main` failed: FlowFailed: no 103" in done.stderr
    assert json.loads(cascade("show", "f", "--json").stdout)["failed"] is True


def test_a_budget_pauses_a_run(folder: Path, cascade: Cascade) -> None:
    """What to type is said; with more of it the run goes on, and nothing is called twice."""
    (folder / "go").touch()
    done = cascade("run", "program.csc", "main", "-p", "n=3", "--run-id", "b", "--max-calls", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[CS520]: run `b` is paused" in done.stderr
    assert "`cascade resume b --add-budget calls=1000` lets it go on" in done.stderr
    assert json.loads(cascade("runs", "--status", "paused", "--json").stdout)[0]["run"] == "b"
    done = cascade("resume", "b", "--add-budget", "calls=10")
    assert (done.returncode, done.stdout) == (0, "103\n")
    assert calls(folder) == ["0", "1", "2"]


# --- from another process ------------------------------------------------------------------------------------------------


def test_a_signal_comes_from_another_process(folder: Path, cascade: Cascade) -> None:
    """Its value is JSON, or a bare word; one that nobody waits for is kept, with a word."""
    process = begin(folder, "run", "program.csc", "approval", "--run-id", "a")
    wait_until(lambda: waits_for(cascade, "a") == "signal 'approved'")
    other = cascade("signal", "a", "other")
    assert (other.returncode, other.stdout) == (0, "")
    assert other.stderr == "kept until `a` waits for `other`: now it waits for signal 'approved'\n"
    sent = cascade("signal", "a", "approved", '{"by": "ann"}')
    assert (sent.returncode, sent.stdout, sent.stderr) == (0, "", "")
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, '{"by": "ann"}\n')
    late = cascade("signal", "a", "approved")
    assert (late.returncode, late.stdout) == (2, "")
    assert late.stderr == "error[CS531]: run `a` has ended (done): nobody would take the signal\n"


def waits_for(cascade: Cascade, run_id: str) -> str:
    found = [row for row in json.loads(cascade("runs", "--json").stdout or "[]") if row["run"] == run_id]
    return str(found[0]["waits"]) if found else ""


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask again and again; each question is a process, which takes its time."""
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end


def test_signals_of_the_command_line_are_sent_at_the_start(folder: Path, cascade: Cascade) -> None:
    """Of a run that is begun; not again when it is continued."""
    done = cascade("run", "program.csc", "approval", "--run-id", "a", "--signal", "approved=yes")
    assert (done.returncode, done.stdout) == (0, '"yes"\n')


def test_cancelling_runs_finally_where_the_run_is(folder: Path, cascade: Cascade) -> None:
    """In the process that has it."""
    process = begin_and_hold(folder)
    told = cascade("cancel", "order-17")
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == f"run `order-17` will be cancelled by process {process.pid}, which has it\n"
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (1, "", "cleaned up\nrun `order-17` was cancelled\n")
    assert json.loads(cascade("runs", "--json").stdout)[0]["status"] == "cancelled"
    assert cascade("cancel", "order-17").stderr == "error[CS531]: run `order-17` has ended already (cancelled)\n"


def test_cancelling_runs_finally_here_when_nobody_has_the_run(folder: Path, cascade: Cascade) -> None:
    """The call that was under way is not made again for that: it would never end."""
    kill(begin_and_hold(folder))
    done = cascade("cancel", "order-17")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "cleaned up\nrun `order-17` is cancelled\n")


def test_a_run_can_be_looked_at_while_another_process_has_it(folder: Path, cascade: Cascade) -> None:
    """Its frames and variables, the call in flight, the last results; nothing is called, and the tasks need not be there."""
    process = begin_and_hold(folder)
    (folder / "steps.py").unlink()
    text = cascade("show", "order-17").stdout
    shown = json.loads(cascade("show", "order-17", "--json").stdout)
    kill(process)
    assert calls(folder) == ["0", "1", "2"]
    assert text.startswith(f"order-17  running in process {process.pid} on ")
    assert text.partition("\n\n")[2] == SHOWN
    assert shown["run"]["attended"] is True
    frame = shown["strands"][0]["frames"][0]
    assert (frame["line"], frame["variables"]["total"], frame["text"]) == (8, 3, 'total += hold("pipe")')
    assert [call["task"] for call in shown["in_flight"]] == ["hold"]
    assert [result["value"] for result in shown["results"]] == [0, 1, 2]


SHOWN = """waits for task hold
  main, program.csc:8
    > total += hold("pipe")
    n = 3
    total = 3
    i = 2

calls in flight
  program.csc:8  hold('pipe')

last results
  program.csc:7  note gave 0
  program.csc:7  note gave 1
  program.csc:7  note gave 2
"""


# --- copies --------------------------------------------------------------------------------------------------------------


def test_a_fork_goes_on_by_itself(folder: Path, cascade: Cascade) -> None:
    """From an earlier record, with another value, and the first run is as it was."""
    kill(begin_and_hold(folder))
    forked = cascade("fork", "order-17", "--at", "2", "--set", "total=1000", "--id", "copy")
    assert (forked.returncode, forked.stdout) == (0, "copy\n")
    assert forked.stderr == "`cascade resume copy` continues the copy\n"
    assert json.loads(cascade("runs", "--status", "ready", "--json").stdout)[0]["run"] == "copy"
    (folder / "go").touch()
    assert cascade("resume", "copy").stdout == "1102\n"
    assert cascade("resume", "order-17").stdout == "103\n"
    assert calls(folder) == ["0", "1", "2", "2"]


def test_a_fork_says_what_is_not_there(folder: Path, cascade: Cascade) -> None:
    """Variables, with near misses; records, with how many there are; runs that have ended."""
    kill(begin_and_hold(folder))
    for words, said in (
        (
            ("--set", "totl=1"),
            "error[CS532]: run `order-17` has no variable `totl` in flow `main`\n  = hint: did you mean `total`?",
        ),
        (("--at", "4"), "error[CS533]: the log of run `order-17` has 3 records, not 4\n  = hint: `--at` takes 0 to 3"),
        (("--id", "order-17"), "error[CS511]: the store has a run `order-17` already"),
        (("--set", "total"), "error[CS400]: --set takes name=value, not `total`"),
    ):
        done = cascade("fork", "order-17", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(said)
    assert len(json.loads(cascade("runs", "--json").stdout)) == 1


# --- what can not be done ------------------------------------------------------------------------------------------------


def test_two_processes_can_not_have_one_run(folder: Path, cascade: Cascade) -> None:
    """The second is told who has it."""
    process = begin_and_hold(folder)
    done = cascade("resume", "order-17")
    kill(process)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error[CS512]: run `order-17` is owned by process {process.pid} of this machine\n")


def test_a_name_stands_for_one_run(folder: Path, cascade: Cascade) -> None:
    """The same call continues it; other parameters or another program are refused, and it is kept."""
    kill(begin_and_hold(folder))
    other = cascade("run", "program.csc", "main", "-p", "n=4", "--run-id", "order-17")
    assert (other.returncode, other.stderr.split(":")[0]) == (2, "error[CS525]")
    (folder / "other.csc").write_text("flow main(n: int):\n    return n\n")
    other = cascade("run", "other.csc", "-p", "n=3", "--run-id", "order-17")
    assert (other.returncode, other.stderr.split(":")[0]) == (2, "error[CS524]")
    (folder / "go").touch()
    same = cascade("run", "program.csc", "main", "-p", "n=3", "--run-id", "order-17")
    assert (same.returncode, same.stdout) == (0, "103\n")
    assert calls(folder) == ["0", "1", "2"]


def test_a_run_whose_tasks_have_changed_is_kept(folder: Path, cascade: Cascade) -> None:
    """Missing or changed: the task is named, and the run goes on when that is mended."""
    kill(begin_and_hold(folder))
    (folder / "steps.py").rename(folder / "gone.py")
    done = cascade("resume", "order-17")
    assert (done.returncode, done.stderr.split(" is")[0]) == (2, "error[CS408]: task `note`")
    (folder / "steps.py").write_text(STEPS.replace("note(number: int)", "note(number: int, more: int)"))
    done = cascade("resume", "order-17")
    assert (done.returncode, done.stderr.split(":")[0]) == (2, "error[CS409]")
    assert "task `steps:note` is now `note(number, more)`" in done.stderr
    assert "the run is kept: it goes on when the task takes what it took" in done.stderr
    (folder / "gone.py").rename(folder / "steps.py")
    (folder / "go").touch()
    assert cascade("resume", "order-17").stdout == "103\n"


def test_commands_without_what_they_need_say_so(folder: Path) -> None:
    """No store, one that is none, an unknown run, the interpreter."""
    (folder / "text.db").write_text("this is no database, however long it is " * 50)
    for words, status, said in (
        (("runs",), 2, "error[CS530]: this is about runs in a store, and no store is named"),
        (("run", "program.csc", "main", "-p", "n=1", "--run-id", "x"), 2, "error[CS530]: `--run-id` names a run in a store"),
        (("runs", "--store", "."), 2, "error[CS514]: `.` is no store: it is a folder"),
        (("runs", "--store", "text.db"), 2, "error[CS514]: `text.db` is no store"),
        (("show", "x", "--store", "none.db"), 2, "error[CS514]: `none.db` is no store"),
        (("run", "program.csc", "main", "--store", "s.db", "--interpret"), 2, "error[CS522]: the reference interpreter"),
        (("resume", "x", "--store", "s.db", "--add-budget", "tuns=1"), 2, "error[CS400]: --add-budget takes NAME=AMOUNT"),
        (("runs", "--store", "s.db", "--prune", "soon"), 2, "error[CS400]: --prune takes a duration"),
    ):
        done = run_command("cascade", *words, cwd=folder)
        assert (done.returncode, done.stdout) == (status, "")
        assert done.stderr.startswith(said), done.stderr
    assert not (folder / "none.db").exists()


def test_an_unknown_run_is_told_with_near_misses(folder: Path, cascade: Cascade) -> None:
    """By every command that names one."""
    assert cascade("run", "program.csc", "approval", "--run-id", "order-17", "--signal", "approved").returncode == 0
    for words in (
        ["resume", "ordr-17"],
        ["show", "ordr-17"],
        ["signal", "ordr-17", "x"],
        ["cancel", "ordr-17"],
        ["fork", "ordr-17"],
    ):
        done = cascade(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "error[CS510]: the store has no run `ordr-17`\n  = hint: did you mean `order-17`?\n"
    assert cascade("runs", "--prune", "0s").stderr == "1 run removed\n"
    assert cascade("runs").stderr == "no runs\n"
    assert cascade("runs", "--status", "dnoe").stderr == "error[CS400]: a run is never `dnoe`\n  = hint: did you mean `done`?\n"


def test_a_flow_of_python_is_run_and_resumed(folder: Path, cascade: Cascade) -> None:
    """``module:flow`` is a target like any other."""
    (folder / "shop.py").write_text(
        "import cascade as cs\nfrom steps import hold\n\n\n@cs.flow\ndef order(n: int):\n    return [n, hold('pipe')]\n"
    )
    process = begin(folder, "run", "shop:order", "-p", "n=2", "--run-id", "o")
    assert (folder / "pipe").read_text() == "running"
    kill(process)
    shown = json.loads(cascade("show", "o", "--json").stdout)
    assert shown["strands"][0]["frames"][0]["variables"] == {"n": 2}
    (folder / "go").touch()
    assert cascade("resume", "o").stdout == "[2, 100]\n"


def test_a_run_that_has_not_begun_is_not_said_to_be_kept(folder: Path, cascade: Cascade) -> None:
    """It may have been stopped before it was made: what is said of resuming it is so."""
    done = cascade("run", "program.csc", "approval", "--run-id", "a", "--timeout", "0.001ms")
    assert done.returncode == 1
    assert done.stderr.startswith("error[CS415]: the run took longer than 0.001ms and was stopped\n")
    assert ("run `a` is kept" in done.stderr) == (cascade("show", "a").returncode == 0)


# --- crash tests ---------------------------------------------------------------------------------------------------------


def test_a_crash_test_kills_a_flow_at_every_commit(folder: Path) -> None:
    """Three calls and the end are four commits: each is killed before and after."""
    (folder / "go").touch()
    done = run_command("cascade", "crashtest", "program.csc", "main", "-p", "n=2", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    heading, row = done.stdout.splitlines()
    assert heading.split("  ") == ["commits", "kills", "calls made again", "differences"]
    assert row.split() == ["4", "8", "3", "0"]
    assert len(calls(folder)) > 2 * 9


def test_a_crash_test_finds_a_task_that_can_not_be_made_again(folder: Path) -> None:
    """One that counts how often it was called: killed before its commit, it counts once more."""
    (folder / "steps.py").write_text(
        "import cascade as cs\n\n\n@cs.task\ndef count() -> int:\n    with open(cs.current_call().run_id, 'a+') as file:\n"
        "        file.write('x')\n        return file.tell()\n"
    )
    (folder / "program.csc").write_text("from steps import count\n\nflow main():\n    return count()\n")
    done = run_command("cascade", "crashtest", "program.csc", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.split()[-4:] == ["2", "4", "1", "1"]
    said = "killed before commit 1 of 2 and resumed, the run came to 2, and without being killed to 1"
    assert done.stderr == f"error[CS534]: {said}\n"
