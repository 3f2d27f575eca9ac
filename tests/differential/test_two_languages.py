"""A program that both languages can say becomes the same Blueprint, up to names and locations: plain and optimised."""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from cascade_compiler import graph
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_compiler.python.unit import Definition, Word, build, read_definition
from cascade_grammar.parser import parse_module
from cascade_grammar.spans import Source
from cascade_vm.blueprint import Blueprint, Location
from cascade_vm.errors import CATCHABLE
from cascade_vm.listing import format_listing
from msgspec.structs import replace
from support import engines
from support.as_python import NotShared, python_text
from support.generate import generate
from support.model import print_program
from support.scripted import DECLARED

DIRECTED = sorted(Path(__file__).parent.joinpath("directed").glob("*.csc"))
_NUMBERS = count(1)


class Stub:
    """Something that a flow may name."""

    def __init__(self, meaning: TaskSymbol | Word) -> None:
        self.meaning = meaning


class Made:
    def __init__(self, fn: Any) -> None:
        assert isinstance(fn, FunctionType)
        self.definition: Definition = read_definition(fn, fn.__qualname__)


def resolve(value: object) -> TaskSymbol | FlowSymbol | Word | None:
    match value:
        case Stub(meaning=meaning):
            return meaning
        case Made(definition=definition):
            return FlowSymbol(definition.name, None, definition.parameters)
        case _:
            return None


SERVICES = ModuleType("cs")
vars(SERVICES).update(sleep=Stub(Word("sleep")), emit=Stub(Word("emit")))


def from_python(text: str) -> graph.Program:
    """The flow graph of a Python text."""
    file = f"<two languages {next(_NUMBERS)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names: dict[str, Any] = {name: Stub(TaskSymbol(task)) for name, task in DECLARED.items()}
    names |= {"flow": Made, "cs": SERVICES, "Any": Any, "timedelta": timedelta, "FlowFailed": CATCHABLE["FlowFailed"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of `1 is 1` and the like, which programs are free to say
        code = compile(text, file, "exec")
    exec(code, names)
    built = [build(each.definition, resolve) for each in names.values() if isinstance(each, Made)]
    tasks = {task.name: task for one in built for task in one.tasks}
    return graph.Program(tuple(flow for one in built for flow in one.flows), tuple(tasks.values()))


def bare(blueprint: Blueprint) -> Blueprint:
    """Without locations, and without what only a file says of itself."""
    nowhere = Location(0, 0, 0, 0, 0, "")
    flows = tuple(replace(flow, places=(0,) * len(flow.code), locations=(nowhere,), doc=None) for flow in blueprint.flows)
    return replace(blueprint, flows=flows, files=("",), entry=None)


def compare(csc: str) -> None:
    """Raises `NotShared` for a program that Python can not say."""
    text = python_text(parse_module(Source("main.csc", csc)))
    ours, theirs = engines.build(csc), from_python(text)
    for level in (None, 2):
        mine, other = (bare(lower(program) if level is None else optimise(lower(program), level)) for program in (ours, theirs))
        if mine != other:
            pytest.fail(f"level {level}\n{csc}\n{text}\n{format_listing(mine)}\n--- from Python:\n{format_listing(other)}")


@pytest.mark.parametrize("path", DIRECTED, ids=[path.stem for path in DIRECTED])
def test_a_directed_program(path: Path) -> None:
    """Each that Python can say too."""
    try:
        compare(path.read_text("utf-8"))
    except NotShared as reason:
        pytest.skip(f"Python has no {reason}")


def shared_programs(first: int, wanted: int) -> Iterator[str]:
    """Generated programs that Python can say, from a seed on."""
    for seed in count(first):
        csc = print_program(generate(seed, 10)).csc
        try:
            python_text(parse_module(Source("main.csc", csc)))
        except NotShared:
            continue
        yield csc
        wanted -= 1
        if not wanted:
            return


@pytest.mark.parametrize("first", range(0, 4_000, 200))
def test_generated_programs(first: int) -> None:
    """Several from each seed."""
    for csc in shared_programs(first, 5):
        compare(csc)
