"""Small programs, one a feature of the language, with everything they become beside them.

`NAME.csc` is the program, and says in ``# expect:`` comments what happens, in order: the lines that it prints, then
``-> value`` or ``!! Error: message``. Beside it are its syntax tree (`.tree`), flow graph (`.graph`), plain Blueprint
(`.plain`), optimised Blueprint (`.optimised`) and outcome (`.outcome`, with the calls and events too). To write these again:

    pytest tests/golden --write-golden
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cascade.reference import Interpreter
from cascade.tasks import Task
from cascade_compiler.csc.project import Build, TaskModuleMissing, build_program
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_grammar.parser import parse_module
from cascade_grammar.spans import Source
from cascade_vm import signature
from cascade_vm.blueprint import Blueprint
from cascade_vm.blueprint import Task as Declared
from cascade_vm.listing import format_listing
from cascade_vm.machine import Machine
from cascade_vm.verifier import find_complaints
from support.dump import dump_graph, dump_tree
from support.golden import Golden
from support.story import tell_story

FOLDER = Path(__file__).with_name("programs")
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.csc") if re.search(r"^flow main\(", path.read_text(), re.MULTILINE))
_EXPECT = re.compile(r"# expect: (.*)$", re.MULTILINE)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(request.config)


def toys() -> dict[str, Task[..., Any]]:
    """The tasks of `toys.py`, fresh: some of them remember how often they were called."""
    spec = importlib.util.spec_from_file_location("toys", FOLDER / "toys.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if isinstance(value, Task)}


def look_up(module: str, beside: Path) -> Mapping[str, Declared]:
    if module != "toys":
        raise TaskModuleMissing(module)
    return {name: task.declared for name, task in toys().items()}


def read(path: Path) -> Source:
    """A source under the name of its file alone: goldens name no folder."""
    return Source(path.name, path.read_text(encoding="utf-8"))


def build(name: str) -> Build:
    return build_program(FOLDER / f"{name}.csc", look_up, read=read)


def story_on_machine(blueprint: Blueprint) -> str:
    index = blueprint.flow_named("main")
    arguments = signature.bind(blueprint.flows[index], (), {})
    tasks = {f"toys:{name}": task for name, task in toys().items()}
    return tell_story(tasks, lambda host: Machine(blueprint, host).run(index, arguments))


def story_on_reference(built: Build) -> str:
    [flow] = (flow for flow in built.program.flows if flow.name == "main")
    arguments = signature.bind(flow, (), {})
    tasks = {f"toys:{name}": task for name, task in toys().items()}
    return tell_story(tasks, lambda host: Interpreter(built.program, host).run("main", arguments))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_what_its_comments_say(name: str) -> None:
    """What it prints and how it ends, on the reference; a comment may leave out that it returns None."""
    story = story_on_reference(build(name)).splitlines()
    seen = [line.removeprefix("| ") for line in story if line.startswith(("|", "->", "!!"))]
    expected = _EXPECT.findall((FOLDER / f"{name}.csc").read_text(encoding="utf-8"))
    if seen[-1] == "-> None":
        expected += ["-> None"]
    assert seen == expected


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_and_what_becomes_of_it(name: str, golden: Golden) -> None:
    """Tree, graph, plain and optimised Blueprint and outcome are as they were; both engines tell the same story."""
    source = read(FOLDER / f"{name}.csc")
    golden.check(FOLDER / f"{name}.tree", dump_tree(parse_module(source)))
    built = build(name)
    golden.check(FOLDER / f"{name}.graph", dump_graph(built.program))
    plain = lower(built.program)
    golden.check(FOLDER / f"{name}.plain", format_listing(plain))
    optimised = optimise(plain, 2)
    golden.check(FOLDER / f"{name}.optimised", format_listing(optimised))
    assert find_complaints(plain) == find_complaints(optimised) == []
    story = story_on_reference(built)
    golden.check(FOLDER / f"{name}.outcome", story)
    assert story_on_machine(plain) == story
    assert story_on_machine(optimised) == story


def test_there_are_enough_programs() -> None:
    """One for each feature of the language; and no golden without its program."""
    assert len(PROGRAMS) >= 25
    strangers = [path.name for path in FOLDER.iterdir() if path.is_file() and not path.with_suffix(".csc").exists()]
    assert strangers == ["toys.py"]
