"""The code of one flow while it is being written: instructions, registers, constants and locations, each with its number.

Knows the form of a `cascade_vm.blueprint.Flow`; does not know what is being lowered.
"""

from __future__ import annotations

from collections.abc import Mapping

from cascade_vm.blueprint import Location
from cascade_vm.constants import Constant
from cascade_vm.host import Place
from cascade_vm.opcodes import Instruction

__all__ = ["Emission"]


class Emission:
    """Labels are indices of blocks until `cascade_compiler.lowering.flow` puts in those of instructions."""

    def __init__(self, variables: Mapping[str, int], files: dict[str, int]) -> None:
        self.code: list[Instruction] = []
        self.places: list[int] = []
        self.registers = len(variables)
        self.constants: dict[Constant, int] = {}
        self.locations: dict[Location, int] = {}
        self.values: dict[int, int] = {}
        """The operand that holds the value of each node, by the node's id."""
        self.variables = variables
        self._files = files

    def emit(self, instruction: Instruction, place: Place) -> None:
        """Append an instruction that comes from ``place``."""
        file = self._files.setdefault(place.file, len(self._files))
        location = Location(file, place.line, place.column, place.end_line, place.end_column, place.flow)
        self.code.append(instruction)
        self.places.append(self.locations.setdefault(location, len(self.locations)))

    def fresh(self) -> int:
        """A register that nothing else uses."""
        self.registers += 1
        return self.registers - 1

    def constant(self, value: Constant) -> int:
        """The operand that reads a constant."""
        return -1 - self.constants.setdefault(value, len(self.constants))
