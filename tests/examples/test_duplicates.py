"""The duplicates example, on trees that hold what real ones do."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from support.commands import ROOT, result_of, run_command

PROGRAM = ROOT / "examples/duplicates/duplicates.csc"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two groups of equal files, and everything that is not a duplicate though it looks like one."""
    root = tmp_path / "tree"
    (root / "a/deep").mkdir(parents=True)
    (root / "b").mkdir()
    (root / "one.txt").write_bytes(b"x" * 1000)
    (root / "a/one copy.txt").write_bytes(b"x" * 1000)
    (root / "a/deep/one.txt").write_bytes(b"x" * 1000)
    (root / "b/same size.txt").write_bytes(b"y" * 1000)
    (root / "b/small").write_bytes(b"zz")
    (root / "small").write_bytes(b"zz")
    (root / "alone").write_bytes(b"nobody is like me")
    (root / "nothing").touch()
    os.symlink("one.txt", root / "link")
    os.symlink(root, root / "b/round")  # followed, it would have no end
    os.link(root / "one.txt", root / "b/second name of one.txt")
    return root


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_groups_are_found_by_size_and_content(tree: Path, engine: str) -> None:
    """Equal content is reported, the most wasteful group first; equal size or a second name is not a duplicate."""
    report = result_of(PROGRAM, engine, "-p", f"root={tree}")
    assert report["groups"] == [
        {
            "wasted_bytes": 2000,
            "size": 1000,
            "sha256": hashlib.sha256(b"x" * 1000).hexdigest(),
            # One of three names that the first was found by: a folder's files come before those of the folders in it.
            "paths": [f"{tree}/one.txt", f"{tree}/a/one copy.txt", f"{tree}/a/deep/one.txt"],
        },
        {
            "wasted_bytes": 2,
            "size": 2,
            "sha256": hashlib.sha256(b"zz").hexdigest(),
            "paths": [f"{tree}/small", f"{tree}/b/small"],
        },
    ]
    assert report["wasted_bytes"] == 2002
    assert report["empty"] == [f"{tree}/nothing"]
    assert report["links"] == [f"{tree}/link", f"{tree}/b/round", f"{tree}/b/second name of one.txt"]
    assert (report["files"], report["hashed"], report["unreadable"]) == (7, 6, [])


def test_small_files_can_be_left_out(tree: Path) -> None:
    """A parameter of the flow is a parameter of the command."""
    report = result_of(PROGRAM, "--vm", "-p", f"root={tree}", "-p", "smallest=3")
    assert [group["size"] for group in report["groups"]] == [1000]


def test_what_can_not_be_read_is_reported(tmp_path: Path) -> None:
    """A pipe, a file without permission, and a name that is not UTF-8 do not stop the run."""
    secret = tmp_path / "secret"
    secret.write_text("one")
    (tmp_path / "other").write_text("two")
    secret.chmod(0)
    (tmp_path / os.fsdecode(b"caf\xe9")).touch()
    os.mkfifo(tmp_path / "pipe")
    report = result_of(PROGRAM, "--vm", "-p", f"root={tmp_path}")
    assert report["empty"] == [rf"{tmp_path}/caf\xe9"]
    reasons = {Path(entry["path"]).name: entry["reason"] for entry in report["unreadable"]}
    assert reasons.pop("pipe") == "not a regular file"
    assert reasons == ({} if os.geteuid() == 0 else {"secret": "Permission denied"})


def test_a_root_that_is_not_there_fails_the_run(tmp_path: Path) -> None:
    """The program's own words, and exit status 1."""
    done = run_command("cascade", "run", PROGRAM, "--vm", "-p", f"root={tmp_path}/none")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"can not read the folder {tmp_path}/none: No such file or directory" in done.stderr
