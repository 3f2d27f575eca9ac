"""Programs of Python flows: a flow's own graph, and with it those of all flows that it leads to.

A flow is built when it first runs, because only then everything that it names has a value, and again when one of those has
another value. Names in a program are those of the functions (``module:name``), told apart by a number where two are the same.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec.structs import replace

from cascade.errors import public_errors
from cascade.flow_words import WORDS
from cascade.program import Flow, Material, Program
from cascade.tasks import Task

if TYPE_CHECKING:
    from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
    from cascade_compiler.graph import FlowGraph
    from cascade_compiler.graph import Program as GraphProgram
    from cascade_compiler.python.names import Watched
    from cascade_compiler.python.unit import Built, Definition, Word
    from cascade_vm.blueprint import Blueprint

    from cascade.flows import FlowFunction

__all__ = ["FlowProgram", "Meanings", "Part", "building", "part_of", "program_of"]

T = TypeVar("T")
AnyTask: TypeAlias = Task[..., Any]
AnyFlow: TypeAlias = "FlowFunction[..., Any] | Flow"

building = threading.RLock()
"""One thread builds at a time: flows share the parsed sources and each other's parts."""


class Meanings:
    """Says to the front end which Python values are tasks and flows, and remembers them by the names that it gave them."""

    def __init__(self, own: FlowFunction[..., Any]) -> None:
        self._own = own
        self.flows: dict[str, AnyFlow] = {own.name: own}
        self.tasks: dict[str, AnyTask] = {}

    def __call__(self, value: object) -> TaskSymbol | FlowSymbol | Word | None:
        from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
        from cascade_compiler.python.unit import Word

        from cascade.flows import FlowFunction

        if value is self._own.fn:  # `made = cs.flow(fn)`: in the function's own module its name still means the function
            value = self._own
        if isinstance(value, Task):
            return TaskSymbol(replace(value.declared, name=_named(self.tasks, value.name, value)))
        if isinstance(value, FlowFunction | Flow):
            return FlowSymbol(_named(self.flows, value.name, value), None, value.parameters)
        word = WORDS.get(value) if callable(value) and isinstance(value, FunctionType) else None
        return None if word is None else Word(word)


def _named(known: dict[str, T], name: str, value: T) -> str:
    """The name of a value among others: its own, with a number when that is taken."""
    number, free = 1, name
    while known.setdefault(free, value) is not value:
        number += 1
        free = f"{name}#{number}"
    return free


@dataclass(frozen=True)
class Part:
    """The flows of one function, and what the names in them stand for."""

    built: Built
    flows: Mapping[str, AnyFlow]
    tasks: Mapping[str, AnyTask]


def part_of(flow: FlowFunction[..., Any], definition: Definition) -> Part:
    """Build the flows of one function. Raises `CompileError`."""
    from cascade_compiler.python.unit import build

    meanings = Meanings(flow)
    with public_errors(flow.name):
        built = build(definition, meanings)
    errors: dict[str, AnyTask] = {kind: Task(made, kind, "inline") for kind, made in built.errors.items()}
    used = {task.name for task in built.tasks}
    tasks = {name: task for name, task in {**meanings.tasks, **errors}.items() if name in used}
    return Part(built, {name: meanings.flows[name] for name in sorted(built.calls)}, tasks)


@dataclass(frozen=True)
class FlowProgram:
    """What `program_of` made of a flow, and of which parts."""

    name: str
    material: Material
    parts: tuple[Part, ...]

    @cached_property
    def flow(self) -> Flow:
        """The flow, in a program of its own."""
        return Program(self.name, self.material, checks_types=False)[self.name]

    @property
    def is_current(self) -> bool:
        """Whether all that was compiled in still has the values that it had."""
        return not any(watched.has_changed for watched in self._watched) if self._watched else True

    @cached_property
    def _watched(self) -> tuple[Watched, ...]:
        return tuple(watched for part in self.parts for watched in part.built.watched)


def program_of(flow: FlowFunction[..., Any]) -> FlowProgram:
    """Make the program of a flow. Raises `CompileError`."""
    with building:
        assembly = _Assembly(flow)
    program = assembly.program()
    material = Material(lambda: _compiled(program), assembly.tasks, assembly.lines, lambda: program)
    return FlowProgram(flow.name, material, tuple(assembly.parts))


def _compiled(program: GraphProgram) -> Blueprint:
    from cascade.loading import compile_graph

    return compile_graph(program, 2)


class _Assembly:
    """Flows put together, the first one's first. Those of a `.csc` program come with all that program has."""

    def __init__(self, first: FlowFunction[..., Any]) -> None:
        self.parts: list[Part] = []
        self.tasks: dict[str, AnyTask] = {}
        self.lines: dict[str, str] = {}
        self._entry = first.name
        self._strict = False
        self._flows: list[FlowGraph] = []
        self._names: dict[str, object] = {}  # of the program
        self._programs: dict[int, dict[str, str]] = {}  # of `.csc` programs: the names of their flows here
        self._pending: list[AnyFlow] = []
        self._name(first)
        for flow in self._pending:  # which grows
            self._add(flow)

    def program(self) -> GraphProgram:
        from cascade_compiler.graph import Program

        from cascade.task_modules import declare

        declared = tuple(declare(name, task) for name, task in self.tasks.items())
        return Program(tuple(self._flows), declared, self._entry, strict=self._strict)

    def _name(self, flow: AnyFlow) -> str:
        """The name of a flow here; a flow that is new is added later."""
        if isinstance(flow, Flow):
            return self._names_in(flow)[flow.name]
        new = len(self._names)
        name = _named(self._names, flow.name, flow)
        if len(self._names) > new:
            self._pending.append(flow)
        return name

    def _add(self, flow: AnyFlow) -> None:
        assert not isinstance(flow, Flow)
        part = flow.part
        self.parts.append(part)
        source = flow.definition.source
        self.lines[source.name] = source.text
        own = self._name(flow)
        names = {each.name: own + each.name.removeprefix(flow.name) for each in part.built.flows}
        names.update({name: self._name(called) for name, called in part.flows.items()})
        self._take(part.built.flows, names, part.tasks)

    def _names_in(self, flow: Flow) -> dict[str, str]:
        """The names that the flows of a `.csc` program have here."""
        material = flow.program.material
        names = self._programs.get(id(material))
        if names is None:
            from cascade.flow_calls import lifted

            program = material.graph or lifted(material.blueprint)
            flows = flow.program.flows
            names = {each.name: _named(self._names, each.name, flows.get(each.name, each)) for each in program.flows}
            self._programs[id(material)] = names
            self.lines.update(material.lines)
            self._strict = self._strict or program.strict
            self._take(program.flows, names, material.tasks)
        return names

    def _take(self, flows: tuple[FlowGraph, ...], names: Mapping[str, str], tasks: Mapping[str, AnyTask]) -> None:
        from cascade_compiler.declarative.renaming import renamed

        called = {name: _named(self.tasks, name.partition("#")[0], task) for name, task in tasks.items()}
        same = all(old == new for old, new in [*names.items(), *called.items()])
        self._flows += flows if same else [renamed(flow, names, called) for flow in flows]
