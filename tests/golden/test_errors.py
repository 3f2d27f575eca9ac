"""One minimal program for each error code: what a user who makes that mistake sees.

A folder is called as the code. In it are the program (`program.csc`) and whatever belongs to it; `command.txt`, the command
(``cascadec check program.csc`` where there is none); perhaps `make.py`, whose ``make(folder)`` writes what is not text, such as
a damaged file; and `expected.txt`, the exit status and what the command says. Where a Python flow is wrong, `program.py` is
that module, and there is no command: `expected.txt` is what Python says when it is imported and its flows are made. To write
it again:

    pytest tests/golden --write-golden
"""

from __future__ import annotations

import importlib
import importlib.util
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cascade.cli.compile import main as cascadec
from cascade.cli.run import main as cascade
from cascade.errors import CODES, CompileError
from cascade.flows import FlowFunction
from click.testing import CliRunner, Result
from support.golden import Golden

FOLDER = Path(__file__).with_name("errors")
COMMANDS = {"cascade": cascade, "cascadec": cascadec}
SHOWS_A_TABLE = {"CS534"}  # a crash test says what it has done, whatever came of it
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def is_python(code: str) -> bool:
    """Whether a case is a module with flows."""
    return (FOLDER / code / "program.py").exists() and not (FOLDER / code / "command.txt").exists()


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to copy a case to. Modules that are imported there are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASCADE_CACHE", "0")
    monkeypatch.setattr(sys, "path", sys.path.copy())
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


def run_case(code: str, workplace: Path) -> Result:
    """What the command of a case does, in a copy of its folder."""
    shutil.copytree(FOLDER / code, workplace, dirs_exist_ok=True)
    make = workplace / "make.py"
    if make.exists():
        spec = importlib.util.spec_from_file_location(f"make_{code}", make)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.make(workplace)
    written = workplace / "command.txt"
    line = written.read_text(encoding="utf-8") if written.exists() else "cascadec check program.csc"
    name, *arguments = shlex.split(line)
    return CliRunner().invoke(COMMANDS[name], arguments)


def import_case(code: str, workplace: Path) -> str:
    """What is refused in the Python flows of a case, in a copy of its folder."""
    shutil.copytree(FOLDER / code, workplace, dirs_exist_ok=True)
    sys.path.insert(0, str(workplace))
    with pytest.raises(CompileError) as caught:
        _make_flows()
    return f"{caught.type.__name__}\n{caught.value}\n"


def _make_flows() -> None:
    for value in vars(importlib.import_module("program")).values():
        if isinstance(value, FlowFunction):
            _ = value.current


@pytest.mark.parametrize("code", [code for code in CASES if is_python(code)])
def test_a_mistake_in_a_python_flow_is_told_as_agreed(code: str, workplace: Path, request: pytest.FixtureRequest) -> None:
    """The code is named, and every word is as it was."""
    said = import_case(code, workplace).replace(str(workplace), "FOLDER")
    assert f"error[{code}]: " in said, said
    Golden(request.config).check(FOLDER / code / "expected.txt", said)


@pytest.mark.parametrize("code", [code for code in CASES if not is_python(code)])
def test_a_mistake_is_told_as_agreed(code: str, workplace: Path, request: pytest.FixtureRequest) -> None:
    """The code is named, nothing is on standard output, and every word is as it was."""
    result = run_case(code, workplace)
    said = result.stderr.replace(str(workplace), "FOLDER")
    assert f"error[{code}]: " in said, said
    assert result.stdout == "" or code in SHOWS_A_TABLE
    Golden(request.config).check(FOLDER / code / "expected.txt", f"exit status {result.exit_code}\n{said}")


def test_every_code_has_its_example() -> None:
    """No code without a program that shows it, no program for a code that is not there."""
    assert set(CASES) ^ set(CODES) == set()
