"""What is shipped, what the README says to type, and that both still work."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.commands import ROOT, run_command

README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(match[1], match[2]) for match in FENCE.finditer(README)]


def block_after(mark: str) -> str:
    """The shell commands that `.ci/run` takes from the README."""
    match = re.search(rf"<!-- ci: {mark} -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert match is not None
    return match[1]


@pytest.fixture
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_four_packages_are_in_the_wheel(project: dict[str, object]) -> None:
    """One distribution, four import packages, each with `py.typed`."""
    text = json.dumps(project)
    for folder in ("cascade/cascade", "grammar/cascade_grammar", "compiler/cascade_compiler", "vm/cascade_vm"):
        assert f'"{folder}"' in text
        assert (ROOT / folder / "py.typed").is_file()


def test_the_grammar_is_data_of_its_package() -> None:
    """The parser reads `csc.lark` from beside itself: it has to be in the package."""
    assert (ROOT / "grammar/cascade_grammar/csc.lark").is_file()


def test_the_readme_has_one_command_to_run_and_one_to_test() -> None:
    """Each is one line, starts from nothing but Python and pip, and names what it promises."""
    for mark, last in (("run", "cascade run examples/"), ("test", "pytest")):
        [line] = block_after(mark).strip().splitlines()
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert last in line


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder like the reader's, with the commands on the path."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    bin_folder = tmp_path / ".venv/bin"
    bin_folder.mkdir(parents=True)
    for name, module in (("cascade", "cascade.cli.start"), ("cascadec", "cascade.cli.compile")):
        script = bin_folder / name
        script.write_text(f"#!{sys.executable}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")
        script.chmod(0o755)
    python = bin_folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return tmp_path


def test_the_readme_does_what_it_says(checkout: Path) -> None:
    """Its files are written and its commands are run, from top to bottom; what it shows of their output is there."""
    env = {**os.environ, "PATH": f"{checkout / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for name, text in re.findall(r"`([\w.]+)`:\n\n```\w*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        (checkout / name).write_text(text)
    for language, text in BLOCKS:
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
            assert language == "console"
            done = subprocess.run(["bash", "-c", command], cwd=checkout, env=env, capture_output=True, text=True, check=False)
            shown = [line for line in output.splitlines() if line and line != "…"]
            said = (done.stdout + done.stderr).splitlines()
            missing = [line for line in shown if not line.startswith("# ") and line not in said]
            assert missing == [], f"{command}\n{done.stdout}{done.stderr}"
            ran += 1
    assert ran >= 6


def test_the_main_job_of_the_readme_runs() -> None:
    """What follows the installation in the first command, with this interpreter."""
    command = block_after("run").strip().rpartition(" && ")[2]
    name, *arguments = shlex.split(command.replace(".venv/bin/", ""))
    done = run_command(name, *arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["requests"] > 4000


def test_ci_runs_the_commands_of_the_readme() -> None:
    """`.ci/run` has no copy of them: it takes them from there."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "$(readme run)" in script
    assert "$(readme test)" in script
    assert os.access(ROOT / ".ci/run", os.X_OK)
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)
