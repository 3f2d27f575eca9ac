"""Plain command lines of ``cascade run`` are read without click, and mean what click says they mean."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from cascade.cli import run as commands
from cascade.cli.start import read_plainly
from hypothesis import example, given
from hypothesis import strategies as st
from support.commands import run_command

WORDS = (
    "run", "flow.csc", "flow.cbp", "main", "module:flow", "-", "--", "", "-p", "n=1", "-x", "-pn=1", "--params", "--params=a",
    "file.json", "--signal", "go", "--timeout", "30s", "--json-events", "--vm", "--interpret", "-O", "2", "-O2", "--max-turns",
    "--no-codegen", "5", "--max-calls", "--help", "-h", "--no", "bench",
)  # fmt: skip


def read_by_click(words: list[str]) -> dict[str, object] | None:
    """What click would call the command with; None when it has something to say."""
    try:
        return commands.run.make_context("run", list(words)).params
    except (click.ClickException, click.exceptions.Exit):
        return None


@given(st.lists(st.sampled_from(WORDS), max_size=7))
@example(
    ["flow.csc", "main", "--no-codegen", "-p", "a=1", "--interpret", "-p", "--vm", "--vm", "--signal", "go", "--params", "-"]
)
@example(["flow.csc", "--timeout", "30s", "--json-events", "events", "--timeout", "1m"])
def test_a_plain_command_line_means_what_click_says(words: list[str]) -> None:
    """Whatever is read here, click reads alike."""
    asked = read_plainly(["run", *words])
    if asked is not None:
        assert asked == read_by_click(words)


@pytest.mark.parametrize(
    "words",
    [["flow.csc"], ["flow.csc", "main"], ["flow.cbp", "-p", "a=1", "-p", "b=2"], ["flow.csc", "--interpret", "--params", "-"]],
)
def test_plain_command_lines_are_read(words: list[str]) -> None:
    """What most people type needs no click."""
    assert read_plainly(["run", *words]) is not None


@pytest.mark.parametrize(
    "words", [[], ["flows", "flow.csc"], ["run"], ["run", "--help"], ["run", "a", "b", "c"], ["run", "a", "-p"], ["run", ""]]
)
def test_other_command_lines_are_left_to_click(words: list[str]) -> None:
    """Help, mistakes and other commands."""
    assert read_plainly(words) is None


def test_both_ways_end_alike(tmp_path: Path) -> None:
    """The same output and exit status, whoever read the command line; ``-O 2`` is click's."""
    (tmp_path / "program.csc").write_text('flow main(n: int):\n    fail f"{n}"\n')
    for words in ((), ("-p", "n=1"), ("-p", "n=x"), ("-p", "n"), ("other",), ("main", "-p", "n=1", "--timeout", "0s")):
        plain = run_command("cascade", "run", "program.csc", *words, cwd=tmp_path)
        clicked = run_command("cascade", "run", "program.csc", *words, "-O", "2", cwd=tmp_path)
        assert (plain.returncode, plain.stdout, plain.stderr) == (clicked.returncode, clicked.stdout, clicked.stderr)
        assert plain.returncode in (1, 2)


def test_a_shell_may_ask_what_could_be_typed_next(tmp_path: Path) -> None:
    """Also when what is there already could be run."""
    (tmp_path / "program.csc").write_text("flow main():\n    return 1\n")
    env = {"_CASCADE_COMPLETE": "bash_complete", "COMP_WORDS": "cascade run program.csc --interp", "COMP_CWORD": "3"}
    asked = run_command("cascade", "run", "program.csc", cwd=tmp_path, env=env)
    assert "--interpret" in asked.stdout


MODULES = """
import sys
before = set(sys.modules)
from cascade.cli.start import main
sys.argv = ["cascade", "run", sys.argv[1]]
try:
    main()
finally:
    print(*sorted(sys.modules.keys() - before), file=sys.stderr)
"""
MOST_OF_OURS = 80
"""Modules of the rooms that a run of a built program imports. May only shrink: each is time at every start."""
NOT_NEEDED = {
    "click", "rich", "lark", "cascade.compile_cache", "cascade.trace", "cascade.reference", "cascade.engine",
    "cascade.planning", "cascade.cli.event_file", "cascade.progress",
}  # fmt: skip


def test_a_run_of_a_built_program_imports_what_it_uses(tmp_path: Path) -> None:
    """So many modules of ours, and none of the heavy ones of others."""
    (tmp_path / "program.csc").write_text("flow main():\n    return 1\n")
    assert run_command("cascadec", "build", "program.csc", cwd=tmp_path).returncode == 0
    script = [sys.executable, "-c", MODULES, "program.cbp"]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=True, env={**os.environ})
    loaded = set(done.stderr.split())
    ours = {
        name for name in loaded if name.partition(".")[0] in ("cascade", "cascade_vm", "cascade_compiler", "cascade_grammar")
    }
    assert done.stdout == "1\n"
    assert loaded & NOT_NEEDED == set()
    assert len(ours) <= MOST_OF_OURS, sorted(ours)
