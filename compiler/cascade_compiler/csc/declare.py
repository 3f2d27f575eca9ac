"""What the names of a file stand for: imports, constants, flows. Complains about names declared twice and imports of nothing.

Files are declared after those that they import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from cascade_compiler.csc.constants import NotConstant, evaluate
from cascade_compiler.csc.signatures import parameters_of
from cascade_compiler.csc.symbols import ConstSymbol, FlowSymbol, Missing, Symbol, TaskSymbol, Unit
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_vm.blueprint import Task
from cascade_vm.constants import Constant, is_constant

__all__ = ["TaskLookup", "TaskModuleMissing", "declare"]

TaskLookup: TypeAlias = Callable[[str, Path], Mapping[str, Task]]
"""The tasks that a Python module defines, by name, as seen from a folder. Raises `TaskModuleMissing`."""


class TaskModuleMissing(Exception):  # noqa: N818 - says which
    """There is no Python module of that name."""

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self.module = module


def declare(unit: Unit, tasks: TaskLookup) -> None:
    """Fill ``unit.names``."""
    if unit.module is None:
        return
    _refuse_duplicates(unit, unit.module)
    for position, declaration in enumerate(unit.module.declarations):
        match declaration:
            case tree.ImportTasks():
                _import_tasks(unit, declaration, tasks)
            case tree.ImportFlows():
                _import_flows(unit, declaration, unit.imports.get(position))
            case tree.ConstDeclaration(name=name):
                unit.names.setdefault(name.text, _const(unit, declaration))
            case tree.FlowDeclaration() | tree.Strict():
                pass
    for flow in unit.flows:  # after the constants, which may be defaults
        symbol = FlowSymbol(unit.prefix + flow.name.text, flow, parameters_of(flow.parameters, unit.names))
        unit.names.setdefault(flow.name.text, symbol)


def _declared(module: tree.Module) -> Iterator[tree.Identifier]:
    for declaration in module.declarations:
        match declaration:
            case tree.ImportTasks(names=names) | tree.ImportFlows(names=names):
                yield from (imported.alias or imported.name for imported in names)
            case tree.ConstDeclaration(name=name) | tree.FlowDeclaration(name=name):
                yield name
            case tree.Strict():
                pass


def _refuse_duplicates(unit: Unit, module: tree.Module) -> None:
    first: dict[str, int] = {}
    for name in _declared(module):
        line, _ = unit.source.position(name.span.start)
        if first.setdefault(name.text, line) != line or name.text in unit.names:
            message = f"`{name.text}` is declared twice in this file"
            unit.complaints.add("CS201", name.span, message, f"the first one is on line {first[name.text]}")


def _import_tasks(unit: Unit, declaration: tree.ImportTasks, tasks: TaskLookup) -> None:
    module = declaration.module
    try:
        found: Mapping[str, Task] | None = tasks(module.text, unit.path.parent)
    except TaskModuleMissing:
        found = None
        hint = "modules are looked up beside this file first, then on Python's path"
        if module.text.endswith(".csc"):
            hint = f'flows of another file are imported by its path: `from "{module.text}" import …`'
        unit.complaints.add("CS205", module.span, f"there is no Python module `{module.text}`", hint)
    for imported in declaration.names:
        name = imported.name
        symbol: Symbol = Missing()
        if found is not None and name.text in found:
            symbol = TaskSymbol(found[name.text])
        elif found is not None:
            message = f"module `{module.text}` has no task `{name.text}`"
            hint = near_miss(name.text, found) or "only functions marked with `@cs.task` can be imported"
            unit.complaints.add("CS206", name.span, message, hint)
        unit.names.setdefault((imported.alias or name).text, symbol)


def _import_flows(unit: Unit, declaration: tree.ImportFlows, other: Unit | None) -> None:
    for imported in declaration.names:
        name = imported.name
        symbol: Symbol = Missing()
        if other is not None and other.module is not None:
            own = {word.text for word in _declared_here(other.module)}
            if name.text in own:
                symbol = other.names[name.text]
            else:
                message = f"`{declaration.path.value!s}` has no flow or constant `{name.text}`"
                unit.complaints.add("CS207", name.span, message, near_miss(name.text, own))
        unit.names.setdefault((imported.alias or name).text, symbol)


def _declared_here(module: tree.Module) -> Iterator[tree.Identifier]:
    for declaration in module.declarations:
        if isinstance(declaration, tree.ConstDeclaration | tree.FlowDeclaration):
            yield declaration.name


def _const(unit: Unit, declaration: tree.ConstDeclaration) -> Symbol:
    value = declaration.value
    try:
        found = evaluate(value, unit.names)
    except NotConstant as error:
        hint = "a `const` is made of literals, operators and constants that are declared before it"
        unit.complaints.add(error.code, error.span, error.reason, hint if error.code == "CS210" else None)
        return Missing()
    if is_constant(found):
        return ConstSymbol(Constant(found))
    message = f"a constant can not be a {type(found).__name__}, which programs could change"
    unit.complaints.add("CS212", value.span, message, "write a tuple, or make it in the flow that uses it")
    return Missing()
