"""The door of this front end: a Python function becomes flows of the flow graph.

`read_definition` finds the function's source, `check` complains of what can be seen when it is decorated, and `build` makes its
flows, once all names that it uses have values. What is a task or a flow is the caller's to say (`Resolve`).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from types import FunctionType

from cascade_compiler.csc.complaints import Complaints
from cascade_compiler.csc.frame import Assembly
from cascade_compiler.csc.symbols import FlowSymbol, Unit
from cascade_compiler.graph import FlowGraph
from cascade_compiler.nesting import room_for_nesting
from cascade_compiler.python import nodes
from cascade_compiler.python.annotations import type_of
from cascade_compiler.python.closures import close
from cascade_compiler.python.definitions import RULES
from cascade_compiler.python.functions import Heading, build_function
from cascade_compiler.python.meanings import Resolve, Word
from cascade_compiler.python.names import Names, Watched
from cascade_compiler.python.reading import Reading, mangled, read_function
from cascade_compiler.python.rules import RULES as BUILDING
from cascade_compiler.python.translation import Translation
from cascade_grammar.diagnostics import SourceErrors
from cascade_grammar.spans import Source
from cascade_vm.blueprint import Parameter, Task
from cascade_vm.constants import Constant, is_constant

__all__ = ["Built", "Definition", "Resolve", "Word", "Watched", "build", "check", "read_definition"]


@dataclass(frozen=True)
class Definition:
    """A function that was read. ``name`` is the flow's name in programs; ``parameters`` are those of its callers."""

    fn: FunctionType
    name: str
    reading: Reading
    parameters: tuple[Parameter, ...]
    returns: str
    doc: str | None

    @property
    def source(self) -> Source:
        """The file that it stands in."""
        return self.reading.module.source


@dataclass(frozen=True)
class Built:
    """The flows of a function, its own first. ``tasks`` are those that they call, ``calls`` the names of the other flows.

    ``errors`` are the classes behind those of the tasks that are called as ``module:Class`` and make errors. ``watched`` are
    the globals whose values were compiled in.
    """

    flows: tuple[FlowGraph, ...]
    tasks: tuple[Task, ...]
    calls: frozenset[str]
    errors: dict[str, type[Exception]]
    watched: tuple[Watched, ...]

    @property
    def is_current(self) -> bool:
        """Whether the globals still have the values that were compiled in."""
        return not any(watched.has_changed for watched in self.watched)


def read_definition(fn: FunctionType, name: str) -> Definition:
    """Find a function's source and read its heading. Raises `SourceErrors`."""
    reading = read_function(fn)
    complaints = Complaints(reading.module.source)
    parameters = _parameters(fn, reading, complaints)
    _raise_all(complaints)
    node = reading.node
    returns = "any" if isinstance(node, ast.Lambda) else type_of(node.returns)
    return Definition(fn, name, reading, parameters, returns, cleandoc(fn.__doc__) if fn.__doc__ else None)


def check(definition: Definition, resolve: Resolve) -> None:
    """Raise `SourceErrors` for what flows do not have. Names that have no value yet are let pass."""
    with room_for_nesting():
        translation = _translation(definition, resolve, whole=False)
        function = translation.function(definition.reading.node)
        if not any(translation.complaints.in_order()):
            close(function, definition.fn.__qualname__, translation.complaints)
    _raise_all(translation.complaints)


def build(definition: Definition, resolve: Resolve) -> Built:
    """Make the flows of a function. Raises `SourceErrors`, also for names without a value."""
    with room_for_nesting():
        translation = _translation(definition, resolve, whole=True)
        function = translation.function(definition.reading.node)
        _raise_all(translation.complaints)
        assembly = _assemble(definition, function, translation)
    _raise_all(translation.complaints)
    names = translation.names
    flows = frozenset(symbol.name for symbol in names.symbols.values() if isinstance(symbol, FlowSymbol))
    return Built(assembly.flows, tuple(assembly.tasks.values()), flows, names.errors, tuple(names.watched()))


def _assemble(definition: Definition, function: nodes.Function, translation: Translation) -> Assembly:
    source, complaints = definition.source, translation.complaints
    closures = close(function, definition.fn.__qualname__, complaints)
    _raise_all(complaints)
    unit = Unit(Path(source.name), source, "", complaints, names=translation.names.symbols)
    assembly = Assembly(BUILDING)
    build_function(
        assembly, unit, closures, Heading(definition.name, definition.parameters, definition.returns, definition.doc)
    )
    return assembly


def _translation(definition: Definition, resolve: Resolve, whole: bool) -> Translation:
    module = definition.reading.module
    names = Names(definition.fn, resolve, module.changing, whole)
    return Translation(RULES, module.positions, names, Complaints(module.source), definition.reading.owner)


def _raise_all(complaints: Complaints) -> None:
    found = list(complaints.in_order())
    if found:
        raise SourceErrors(found)


# --- parameters ----------------------------------------------------------------------------------------------------------


def _parameters(fn: FunctionType, reading: Reading, complaints: Complaints) -> tuple[Parameter, ...]:
    """Defaults are the values that the function has, which must not change."""
    arguments = reading.node.args
    by_position = [*arguments.posonlyargs, *arguments.args]
    given = fn.__defaults__ or ()
    values = dict(zip((each.arg for each in by_position[len(by_position) - len(given) :]), given, strict=True))
    for each in arguments.kwonlyargs:
        name = mangled(each.arg, reading.owner)
        if name in (fn.__kwdefaults__ or {}):
            values[each.arg] = (fn.__kwdefaults__ or {})[name]
    kinds = [
        *(("position", each) for each in arguments.posonlyargs),
        *(("either", each) for each in arguments.args),
        *(("rest", each) for each in (arguments.vararg,) if each is not None),
        *(("keyword", each) for each in arguments.kwonlyargs),
        *(("keywords", each) for each in (arguments.kwarg,) if each is not None),
    ]
    return tuple([_parameter(reading, complaints, kind, each, values) for kind, each in kinds])


def _parameter(reading: Reading, complaints: Complaints, kind: str, node: ast.arg, values: dict[str, object]) -> Parameter:
    name = mangled(node.arg, reading.owner)
    written = type_of(node.annotation) if kind not in ("rest", "keywords") else "any"
    if node.arg not in values:
        return Parameter(name, written, kind=kind)
    value = values[node.arg]
    if not is_constant(value):
        message = f"the default of `{node.arg}` is a {type(value).__name__}, which flows could change from call to call"
        hint = f"let the default be `None`, and set `{node.arg}` in the flow"
        complaints.add("CS278", reading.module.positions.span(node), message, hint)
        return Parameter(name, written, kind=kind)
    return Parameter(name, written, Constant(value), kind=kind)
