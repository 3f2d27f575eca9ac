"""The tutorial: each step is run as it stands, and prints what stands below it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
STEPS = re.findall(r"`(step\d\.py)`:\n\n```python\n(.*?)```\n\n```text\n(.*?)```", TUTORIAL, re.DOTALL)


def test_there_are_five_steps() -> None:
    """None is left out by a slip in its headings."""
    assert [name for name, _, _ in STEPS] == [f"step{n}.py" for n in range(1, 6)]
    assert TUTORIAL.count("```python") == 5


@pytest.mark.parametrize(("name", "program", "output"), STEPS, ids=[name for name, _, _ in STEPS])
def test_a_step_does_what_it_says(name: str, program: str, output: str, tmp_path: Path) -> None:
    """Its output, and nothing on stderr."""
    (tmp_path / name).write_text(program, encoding="utf-8")
    done = subprocess.run([sys.executable, name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (output, "", 0)


def test_the_last_step_runs_from_the_command_line(tmp_path: Path) -> None:
    """`cascade run step5:agent`, importing the module without running its `main`."""
    name, program, _ = STEPS[-1]
    (tmp_path / name).write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "cascade", "run", "step5:agent", "--vm", "-p", "goal=pancakes"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ('"pancakes after 2 steps"\n', 0)
