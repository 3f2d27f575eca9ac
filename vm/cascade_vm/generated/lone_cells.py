"""The cell of one instruction by itself, over a short list of what it reads and writes in the place of a frame."""

from __future__ import annotations

from cascade_vm import linker, roles
from cascade_vm.cells import Cell
from cascade_vm.linker import Image

__all__ = ["LoneCell"]


class LoneCell:
    """Stands in for the linker's work on a flow: operands are places in a short list.

    ``cell`` is what the linker makes of the instruction then; the same for the same instruction of a Blueprint. ``slots`` are
    the places of what it reads, ``writes`` those of what it writes, by registers; ``size`` is the length of the list.
    """

    def __init__(self, image: Image, flow: int, pc: int) -> None:
        self.image = image
        self.flow = image.blueprint.flows[flow]
        self.linked = linker.LinkedFlow.__new__(linker.LinkedFlow)
        self.linked.cells, self.linked.pcs = [], {}
        self.slots: dict[int, int] = {}
        self.writes: dict[int, int] = {}
        instruction = self.flow.code[pc]
        for operand in roles.reads(instruction):
            self.slots.setdefault(operand, len(self.slots))
        self.size = len(self.slots)
        for register in roles.writes(instruction):
            self.writes.setdefault(register, self.size)
            self.size += 1
        moved = roles.rename(instruction, lambda register: self.slots[register], lambda register: self.writes[register])
        self.cell: Cell = linker.LINKS[type(instruction)](self, pc, moved)  # type: ignore[arg-type]

    def read(self, operand: int) -> int:
        return operand if operand >= 0 else self.slots[operand]

    def read_all(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([self.read(operand) for operand in operands])

    def cell_at(self, target: int) -> None:
        return None

    def site(self, pc: int, target: str) -> object:
        return self.image.site(self.flow, pc, target)
