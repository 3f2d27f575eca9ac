"""Python flows on the command line: ``module:name`` wherever a source may stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from cascade.cli.compile import main as cascadec
from cascade.cli.run import main as cascade
from click.testing import CliRunner, Result

MODULE = '''
import cascade as cs


@cs.task
def price(item: str) -> int:
    return {"pear": 3}[item]


@cs.flow
def total(item: str, count: int = 1) -> int:
    """What it costs."""
    cost = price(item)
    return cost * count


@cs.flow
def twice(item: str) -> int:
    return total(item, count=2) + 0
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module in the working directory; another one for each test, for Python remembers them."""
    name = f"shop_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cascade, arguments)


def compile_(*arguments: str) -> Result:
    return CliRunner().invoke(cascadec, arguments)


def test_a_flow_of_a_module_is_run(module: str) -> None:
    """Parameters are converted by their annotations."""
    assert run("run", f"{module}:total", "-p", "item=pear", "-p", "count=4").stdout == "12\n"
    assert run("run", "--interpret", f"{module}:twice", "-p", "item=pear").stdout == "6\n"
    assert "error[CS407]" in run("run", f"{module}:total", "-p", "item=pear", "-p", "count=x").stderr
    assert "did you mean `total`?" in run("run", f"{module}:totl").stderr


def test_a_failure_shows_each_frame_once(module: str) -> None:
    """The flows, then the task."""
    said = run("run", f"{module}:twice", "-p", "item=fig").stderr
    assert [line.rpartition(" in ")[2] for line in said.splitlines() if line.startswith("  File ")] == [
        "twice",
        "total",
        "price",
    ]
    assert "error[CS419]: flow `total` failed: KeyError: 'fig'" in said


def test_flows_of_a_module_are_listed(module: str) -> None:
    """One, or those that the module defines."""
    assert run("flows", f"{module}:total").stdout == (
        f"flow {module}:total(item: str, count: int = 1) -> int\n    What it costs.\n"
    )
    assert run("flows", f"{module}:").stdout.count("flow ") == 2
    assert "error[CS401]" in run("flows", "no_such_module_h4:").stderr


def test_a_flow_is_checked_listed_and_built(module: str, tmp_path: Path) -> None:
    """What is built runs without the source of the flow, by the tasks of its module."""
    assert compile_("check", f"{module}:total").exit_code == 0
    assert f"flow {module}:total" in compile_("dis", f"{module}:total").stdout
    assert f"entry {module}:twice" in compile_("build", f"{module}:twice", "--emit", "graph").stdout
    assert compile_("build", f"{module}:twice").exit_code == 0
    assert run("run", "twice.cbp", "-p", "item=pear").stdout == "6\n"


def test_what_is_no_flow_is_said_to_be_none(module: str) -> None:
    """A task has no body to compile."""
    assert "error[CS402]" in compile_("build", f"{module}:price").stderr
