"""``cascadec`` in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cascade.cli.compile import main
from click.testing import CliRunner, Result

HELLO = 'flow main(name: str = "world") -> str:\n    return f"hello, {name}"\n'
Cascadec = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "hello.csc").write_text(HELLO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cascadec(folder: Path) -> Cascadec:
    return lambda *arguments, text=None: CliRunner().invoke(main, arguments, input=text)


@pytest.mark.parametrize("form", ["json", "asm"])
def test_text_forms_read_back_to_identical_bytes(cascadec: Cascadec, folder: Path, form: str) -> None:
    """``--emit json`` and ``--emit asm`` lose nothing."""
    assert cascadec("build", "hello.csc").exit_code == 0
    assert cascadec("build", "hello.csc", "--emit", form, "-o", f"twin.{form}").exit_code == 0
    assert cascadec("build", f"twin.{form}", "-o", "twin.cbp").exit_code == 0
    assert (folder / "twin.cbp").read_bytes() == (folder / "hello.cbp").read_bytes()


def test_the_bytes_do_not_depend_on_where_they_are_built(cascadec: Cascadec, folder: Path) -> None:
    """Sources are named as seen from the main file."""
    cascadec("build", "hello.csc", "-o", "one.cbp")
    (folder / "deep").mkdir()
    os.chdir(folder / "deep")
    cascadec("build", "../hello.csc", "-o", "../two.cbp")
    assert (folder / "one.cbp").read_bytes() == (folder / "two.cbp").read_bytes()


def test_text_goes_to_standard_output(cascadec: Cascadec) -> None:
    """So do the bytes with ``-o -``."""
    assert "flow main" in cascadec("build", "hello.csc", "--emit", "graph").stdout
    assert cascadec("build", "hello.csc", "-o", "-").stdout_bytes.startswith(b"\x8fCBP")
    assert "return f" in cascadec("dis", "hello.csc").stdout


def test_a_failed_build_leaves_the_old_file_whole(cascadec: Cascadec, folder: Path) -> None:
    """Also one that fails while it writes; nothing is left beside it."""
    (folder / "hello.cbp").write_bytes(b"old")
    (folder / "hello.csc").write_text("flow main(:\n")
    done = cascadec("build", "hello.csc")
    assert (done.exit_code, (folder / "hello.cbp").read_bytes()) == (2, b"old")
    (folder / "hello.csc").write_text(HELLO)
    assert cascadec("build", "hello.csc", "-o", "missing/hello.cbp").exit_code == 2
    assert sorted(path.name for path in folder.iterdir()) == ["hello.cbp", "hello.csc"]


def test_a_build_does_not_overwrite_its_source(cascadec: Cascadec, folder: Path) -> None:
    """Not even when asked to."""
    assert cascadec("build", "hello.csc", "-o", "hello.csc").exit_code == 2
    assert (folder / "hello.csc").read_text() == HELLO


def test_check_shows_everything_in_every_file(cascadec: Cascadec, folder: Path) -> None:
    """Status 1 when something is wrong, 2 when a file is not there."""
    assert cascadec("check", "hello.csc").exit_code == 0
    (folder / "bad.csc").write_text("flow main():\n    break\n    return nobody\n")
    done = cascadec("check", "hello.csc", "bad.csc")
    assert done.exit_code == 1
    assert done.stderr.count("error[CS2") == 2
    assert done.stderr.endswith("\n2 errors in 1 of 2 files\n")
    assert cascadec("check", "missing.csc").exit_code == 2


def test_fmt_formats_in_place_and_keeps_the_mode(cascadec: Cascadec, folder: Path) -> None:
    """``--check`` only lists."""
    source = folder / "hello.csc"
    source.write_text(HELLO.replace(" = ", "="))
    source.chmod(0o640)
    done = cascadec("fmt", "--check", "hello.csc")
    assert (done.exit_code, done.stdout) == (1, "hello.csc\n")
    assert source.read_text() != HELLO
    assert cascadec("fmt", "hello.csc").exit_code == 0
    assert (source.read_text(), source.stat().st_mode & 0o777) == (HELLO, 0o640)
    assert cascadec("fmt", "--check", "hello.csc").exit_code == 0


def test_fmt_reads_standard_input(cascadec: Cascadec) -> None:
    """And writes to standard output."""
    assert cascadec("fmt", "-", text=HELLO.replace(" = ", "=")).stdout == HELLO


def test_fmt_leaves_a_wrong_file_alone_and_does_the_others(cascadec: Cascadec, folder: Path) -> None:
    """The worst status counts."""
    (folder / "bad.csc").write_text("flow main(:\n")
    (folder / "hello.csc").write_text(HELLO.replace(" = ", "="))
    assert cascadec("fmt", "bad.csc", "hello.csc").exit_code == 2
    assert (folder / "bad.csc").read_text() == "flow main(:\n"
    assert (folder / "hello.csc").read_text() == HELLO


def test_an_option_that_would_be_ignored_is_refused(cascadec: Cascadec) -> None:
    """A built program is not optimised again."""
    cascadec("build", "hello.csc")
    assert cascadec("dis", "hello.cbp", "-O", "0").exit_code == 2
    assert cascadec("build", "hello.cbp", "--emit", "graph").exit_code == 2
