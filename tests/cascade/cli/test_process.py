"""``cascade run`` in a process of its own: signals, terminals, closed pipes, and what is imported."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import command, run_command

PROGRAM = """from steps import tell, block

flow main(pipe):
    try:
        parallel:
            a = tell(pipe)
            b = block()
    finally:
        print("cleaned up")
"""
STEPS = """import time, threading
import cascade as cs


@cs.task
async def tell(pipe):
    import asyncio
    with open(pipe, "w") as file:
        file.write("running")
    await asyncio.sleep(1000)


@cs.task(mode="blocking")
def block():
    threading.Event().wait(1000)
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupt_cancels_the_run_and_says_where_it_stood(tmp_path: Path, number: int, status: int) -> None:
    """`finally` runs; a thread that blocks does not hold up the exit."""
    (tmp_path / "program.csc").write_text(PROGRAM)
    (tmp_path / "steps.py").write_text(STEPS)
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(
        command("cascade", "run", "program.csc", "-p", f"pipe={tmp_path}/pipe"),
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert (tmp_path / "pipe").read_text() == "running"  # waits until the task has opened it
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (status, "")
    assert err == "cleaned up\ninterrupted in flow `main` at program.csc:5\n"


def test_the_package_is_the_command(tmp_path: Path) -> None:
    """``python -m cascade``, for whoever has no scripts on the path."""
    (tmp_path / "program.csc").write_text("flow main(n: int):\n    return n\n")
    start = [sys.executable, "-m", "cascade", "run", "program.csc", "-p"]
    done = subprocess.run([*start, "n=3"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")
    done = subprocess.run([*start, "n="], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error[CS407]: parameter `n` of flow `main` takes `int`, not an empty text\n")


def test_a_second_interrupt_ends_the_process_at_once(tmp_path: Path) -> None:
    """Also while a `finally` suite takes its time; one line says so."""
    (tmp_path / "program.csc").write_text(PROGRAM.replace('print("cleaned up")', "again = tell(pipe)"))
    (tmp_path / "steps.py").write_text(STEPS)
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(
        command("cascade", "run", "program.csc", "-p", f"pipe={tmp_path}/pipe"),
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(2):
        assert (tmp_path / "pipe").read_text() == "running"
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "interrupted again: ended at once\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["explain", "CS101"], ["flows", "program.csc"], ["run", "program.csc"]])
def test_an_output_that_is_full_is_told(tmp_path: Path, arguments: list[str]) -> None:
    """In one coded line, whatever was to be written."""
    (tmp_path / "program.csc").write_text("flow main():\n    return 1\n")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command("cascade", *arguments), cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("error[CS413]: ")
    assert done.stderr.count("\n") == 1


def test_progress_is_shown_on_a_terminal(tmp_path: Path) -> None:
    """After a second: the flow, the line, the calls done; and it is wiped off at the end."""
    (tmp_path / "program.csc").write_text('flow main():\n    sleep 1300ms\n    return "done"\n')
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("cascade", "run", "program.csc"),
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:  # the terminal is closed when the process has ended
            break
        if not data:
            break
        shown += data
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert (process.returncode, out) == (0, '"done"\n')
    assert "main program.csc:2 · sleeping · 0 calls done".encode() in shown


def test_a_result_that_nobody_reads_is_told(tmp_path: Path) -> None:
    """No traceback, status 1."""
    (tmp_path / "program.csc").write_text("flow main():\n    return 1\n")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command("cascade", "run", "program.csc"), cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == "error[CS413]: the result can not be written to standard output: broken pipe\n"


def test_what_a_child_process_prints_is_not_the_result(tmp_path: Path) -> None:
    """Standard output is the result's alone, also for processes that a task starts."""
    (tmp_path / "program.csc").write_text("from shell import say\n\nflow main():\n    return say()\n")
    (tmp_path / "shell.py").write_text(
        'import subprocess\nimport cascade as cs\n\n\n@cs.task\ndef say():\n    return subprocess.call(["echo", "said"])\n'
    )
    done = run_command("cascade", "run", "program.csc", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "said\n")


def test_a_built_program_runs_without_the_compiler(tmp_path: Path) -> None:
    """Nor is lark, rich or the reference loaded; an unchanged source needs them as little."""
    (tmp_path / "program.csc").write_text("flow main():\n    return 1\n")
    env = {"CASCADE_CACHE_DIR": str(tmp_path / "cache")}
    assert run_command("cascadec", "build", "program.csc", cwd=tmp_path, env=env).returncode == 0
    assert run_command("cascade", "run", "program.csc", cwd=tmp_path, env=env).returncode == 0
    heavy = ("lark", "rich", "cascade_compiler.graph", "cascade_grammar.tree", "cascade.reference", "cascade.trace")
    script = (
        "import sys; from cascade.cli.start import main; sys.argv = ['cascade', 'run', sys.argv[1]]\n"
        f"try: main()\nfinally: print(*(name for name in {heavy} if name in sys.modules), file=sys.stderr)"
    )
    for target in ("program.cbp", "program.csc"):
        done = subprocess.run(
            [sys.executable, "-c", script, target],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **env},
        )
        assert (done.stdout, done.stderr) == ("1\n", "\n"), target
