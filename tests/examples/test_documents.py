"""The documents: each example is run on both engines and prints what stands below it; each table has all codes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cascade.errors import CODES
from cascade.one_run import Given, Run
from support.documents import Example, run_section, sections_of

DOCS = Path(__file__).parents[2] / "docs"
SECTIONS = [
    pytest.param(examples, id=f"{name}-{title}")
    for name in ("python_flows.md", "calls.md", "durable.md")
    for title, examples in sections_of(DOCS / name).items()
]


@pytest.fixture(params=["machine", "reference"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is one of this engine, whatever the example says."""
    begin = Run.__init__

    def begin_here(self: Run, engine: Any, target: object, given: Given) -> None:
        begin(self, engine, target, given if request.param == "machine" else given._replace(use_vm=False))

    monkeypatch.setattr(Run, "__init__", begin_here)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("examples", SECTIONS)
def test_an_example_prints_what_it_says(examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A section's examples share their names, as the cells of a notebook do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "example", ModuleType("example"))
    monkeypatch.setenv("CASCADE_DOC_HOME", "")  # an example sets it
    monkeypatch.delenv("CASCADE_DOC_HOME")
    assert run_section(examples, tmp_path) == [example.expected.rstrip("\n") for example in examples]


@pytest.mark.parametrize(("name", "first", "last"), [("python_flows.md", 263, 299), ("calls.md", 420, 599)])
def test_every_code_is_listed(name: str, first: int, last: int) -> None:
    """With the title that it has."""
    listed = dict(re.findall(r"^\| (CS\d\d\d) \| (.*?) \|", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE))
    known = {code: title for code, title in CODES.items() if first <= int(code[2:]) <= last}
    assert listed == known


def test_errors_are_listed_with_their_classes() -> None:
    """Those that the code raises with them."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (DOCS.parent / "cascade/cascade").rglob("*.py"))
    raised = {code: name for name, code in re.findall(r"(\w+Error)\(\s*Problem\(\s*\"(CS4\d\d)\"", sources)}
    listed = re.findall(r"^\| (CS\d\d\d) \| .*? \| `(\w+)`", (DOCS / "calls.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) > 30
    assert [(code, name) for code, name in listed if raised.get(code, name) != name] == []
