"""Docstrings: their examples are run, and every public name that is not an error has one."""

from __future__ import annotations

import doctest
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import cascade

ROOT = Path(__file__).parents[2]
FOLDERS = ("cascade/cascade", "compiler/cascade_compiler", "grammar/cascade_grammar", "vm/cascade_vm")


def modules_with_examples() -> Iterator[str]:
    """The names of the modules in whose text an example stands."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                words = path.relative_to(ROOT / folder).with_suffix("").parts
                yield ".".join((Path(folder).name, *(word for word in words if word != "__init__")))


def examples_of(module: ModuleType) -> list[doctest.DocTest]:
    """Examples have ``cs``, as their readers do."""
    found = doctest.DocTestFinder(exclude_empty=True).find(module, extraglobs={"cs": cascade})
    return [each for each in found if each.examples]


@pytest.mark.parametrize("name", list(modules_with_examples()))
def test_the_examples_of_a_module_are_right(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each prints what it says."""
    module = importlib.import_module(name)
    examples = examples_of(module)
    text = Path(module.__file__ or "").read_text(encoding="utf-8")
    assert sum(len(each.examples) for each in examples) >= len(re.findall(r"^ *>>> ", text, re.MULTILINE))
    said: list[str] = []
    runner = doctest.DocTestRunner()
    for number, example in enumerate(examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        runner.run(example, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_every_public_name_has_an_example() -> None:
    """What is not an error, and can be called."""
    public = {name: getattr(cascade, name) for name in cascade.__all__}
    ours = {name: value for name, value in public.items() if callable(value) and not _is_error(value)}
    assert [name for name, value in ours.items() if ">>> " not in (value.__doc__ or "")] == []


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)
