"""What the names of a file stand for. Knows neither how they were declared nor how they are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import msgspec
from cascade_compiler.csc.complaints import Complaints
from cascade_compiler.csc.variables import Variables
from cascade_grammar import tree
from cascade_grammar.spans import Source
from cascade_vm.blueprint import Parameter, Task
from cascade_vm.constants import Constant

__all__ = ["ConstSymbol", "FlowSymbol", "Missing", "Symbol", "TaskSymbol", "Unit"]


class TaskSymbol(msgspec.Struct, frozen=True):
    """A Python task."""

    task: Task


class FlowSymbol(msgspec.Struct, frozen=True):
    """A flow by its name in the program; ``parameters`` as callers see them. One of another language has no declaration."""

    name: str
    declaration: tree.FlowDeclaration | None
    parameters: tuple[Parameter, ...]


class ConstSymbol(msgspec.Struct, frozen=True):
    """The value of a ``const``."""

    constant: Constant


class Missing(msgspec.Struct, frozen=True):
    """A name whose declaration has been complained about already: any use of it is let pass."""


Symbol: TypeAlias = TaskSymbol | FlowSymbol | ConstSymbol | Missing


@dataclass(slots=True, eq=False)
class Unit:
    """One file of a program: what stands in it (filled by `declare`) and the variables of its flows (by `check_unit`).

    ``prefix`` goes before the names of its flows in the program. ``module`` is None when the file could not be parsed.
    ``imports`` has a unit for each ``ImportFlows`` that could be loaded, by the position of the declaration in the module.
    """

    path: Path
    source: Source
    prefix: str
    complaints: Complaints
    module: tree.Module | None = None
    imports: dict[int, Unit] = field(default_factory=dict)
    names: dict[str, Symbol] = field(default_factory=dict)
    variables: dict[str, Variables] = field(default_factory=dict)

    @property
    def flows(self) -> list[tree.FlowDeclaration]:
        """The flows that the file declares, in its order."""
        if self.module is None:
            return []
        return [d for d in self.module.declarations if isinstance(d, tree.FlowDeclaration)]
