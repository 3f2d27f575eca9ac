"""The door of this front end: a `.csc` file, with the files that it imports, becomes a flow graph.

Everything that is wrong in any of the files is found at once. How Python tasks are looked up is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cascade_compiler.csc.check_unit import check_unit
from cascade_compiler.csc.declare import TaskLookup, TaskModuleMissing, declare
from cascade_compiler.csc.flows import RULES, build_flow
from cascade_compiler.csc.frame import Assembly
from cascade_compiler.csc.loading import Loader, read_source
from cascade_compiler.csc.symbols import Unit
from cascade_compiler.graph import Program
from cascade_compiler.nesting import room_for_nesting
from cascade_grammar import tree
from cascade_grammar.diagnostics import SourceErrors
from cascade_grammar.spans import Source

__all__ = ["Build", "TaskLookup", "TaskModuleMissing", "build_program", "read_source"]


@dataclass(frozen=True)
class Build:
    """A program and what it was made from, the main file first."""

    program: Program
    sources: tuple[Source, ...]
    files: tuple[Path, ...]


def build_program(path: Path, tasks: TaskLookup, read: Callable[[Path], Source] = read_source) -> Build:
    """The program of the file at ``path``.

    Raises `SourceErrors` with all that is wrong, in order: the main file, then the others as they are imported. What ``read``
    raises for the main file comes out as it is.
    """
    with room_for_nesting():
        units = Loader(read).load(path)
        for unit in _imported_first(units):
            declare(unit, tasks)
        for unit in units:
            check_unit(unit)
        found = [diagnostic for unit in units for diagnostic in unit.complaints.in_order()]
        if found:
            raise SourceErrors(found)
        program = _build(units)
    return Build(program, tuple(unit.source for unit in units), tuple(unit.path for unit in units))


def _imported_first(units: list[Unit]) -> Iterator[Unit]:
    """Each file after those that it imports."""
    seen: set[Unit] = set()

    def visit(unit: Unit) -> Iterator[Unit]:
        if unit not in seen:
            seen.add(unit)
            for other in unit.imports.values():
                yield from visit(other)
            yield unit

    for unit in units:
        yield from visit(unit)


def _build(units: list[Unit]) -> Program:
    assembly = Assembly(RULES)
    for unit in units:
        for flow in unit.flows:
            build_flow(assembly, unit, flow)
    names = [flow.name.text for flow in units[0].flows]
    entry = "main" if "main" in names else names[0] if len(names) == 1 else None
    return Program(assembly.flows, tuple(assembly.tasks.values()), entry, strict=_is_strict(units[0]))


def _is_strict(unit: Unit) -> bool:
    assert unit.module is not None
    return any(isinstance(declaration, tree.Strict) for declaration in unit.module.declarations)
