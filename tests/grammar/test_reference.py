"""Every example of the language reference is canonical, runs on both engines, and gives what the reference says."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from cascade.cli.compile import main as cascadec
from cascade.cli.run import main as cascade
from cascade_grammar.codes import CODES
from cascade_grammar.parser import parse_module
from cascade_grammar.parsing.tokens import KEYWORDS
from cascade_grammar.printer import format_module
from cascade_grammar.spans import Source
from click.testing import CliRunner

REFERENCE = Path(__file__).parents[2] / "grammar" / "README.md"
TASKS = Path(__file__).with_name("reference_tasks.py")


class Example(NamedTuple):
    """A fence of the reference: its line, the name of the file that it is, if it has one, its text and the expected output."""

    line: int
    file: str | None
    text: str
    expected: str | None


def examples() -> list[Example]:
    """The ``csc`` fences, each with the ``text`` fence below it."""
    text = REFERENCE.read_text(encoding="utf-8")
    fence = re.compile(r"^```csc(?: (\S+))?\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
    return [
        Example(text.count("\n", 0, found.start()) + 1, found[1], found[2], found[3]) for found in fence.finditer(text)
    ]  # fmt: skip


EXAMPLES = examples()
RUNNING = [example for example in EXAMPLES if example.expected is not None]


def _name(example: Example) -> str:
    return f"line{example.line}"


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the tasks and the named files of the reference."""
    shutil.copy(TASKS, tmp_path)
    for example in EXAMPLES:
        if example.file:
            (tmp_path / example.file).write_text(example.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASCADE_CACHE", "0")
    monkeypatch.setattr(sys, "path", sys.path.copy())
    yield tmp_path
    sys.modules.pop("reference_tasks", None)


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_an_example_is_canonical(example: Example) -> None:
    """What the reference shows is what `cascadec fmt` writes."""
    assert format_module(parse_module(Source("README.md", example.text))) == example.text


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_an_example_is_right(example: Example, workplace: Path) -> None:
    """The static check has nothing to say."""
    (workplace / "example.csc").write_text(example.text, encoding="utf-8")
    result = CliRunner().invoke(cascadec, ["check", "example.csc"])
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
@pytest.mark.parametrize("example", RUNNING, ids=_name)
def test_an_example_gives_what_the_reference_says(example: Example, engine: str, workplace: Path) -> None:
    """What was printed, then the result as JSON, or the error."""
    (workplace / "example.csc").write_text(example.text, encoding="utf-8")
    result = CliRunner().invoke(cascade, ["run", engine, "example.csc", "main"])
    if result.exit_code == 0:
        told = result.stderr + json.dumps(json.loads(result.stdout), ensure_ascii=False) + "\n"
    else:
        assert result.exit_code == 1, result.stderr
        printed, _, trace = result.stderr.partition("Traceback (most recent call last):\n")
        shown, _, _ = trace.partition("error[CS419]")
        told = printed + "error: " + shown.splitlines()[-1] + "\n"
    assert told == example.expected


def test_every_keyword_is_shown() -> None:
    """No word of the language without an example."""
    words = set(re.findall(r"\w+", " ".join(example.text for example in EXAMPLES)))
    assert {*KEYWORDS, "limit", "timeout", "retry"} - words == set()


def test_every_code_is_listed() -> None:
    """The table of syntax errors is that of the room."""
    listed = dict(re.findall(r"^\| (CS1\d\d) \| (.*) \|$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == CODES
