"""A changed copy of a flow: instructions replaced by any number of others, with all that names their places kept right.

Labels of new instructions are indices in the old code, as those of old ones are. Not a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cascade_compiler.analysis.blocks import JUMPING
from cascade_vm.blueprint import Blueprint, Flow, Handler
from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction
from cascade_vm.roles import relabel
from msgspec.structs import replace

__all__ = ["Edit", "each_flow", "moved_handlers"]


def each_flow(blueprint: Blueprint, change: Callable[[Flow], Flow]) -> Blueprint:
    """The program with each flow changed on its own; the very same object when none did."""
    flows = tuple([change(flow) for flow in blueprint.flows])
    if all(new is old for new, old in zip(flows, blueprint.flows, strict=True)):
        return blueprint
    return replace(blueprint, flows=flows)


class Edit:
    """Changes to one flow, made all at once by `finish`."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.handlers = flow.handlers
        """The table of handlers, over the old code; a pass may leave some out."""
        self._changes: dict[int, Sequence[tuple[Instruction, int]]] = {}
        self._constants: dict[Constant, int] | None = None
        self._added: list[Constant] = []

    def replace(self, pc: int, *instructions: Instruction) -> None:
        """Put instructions in the place of one; they come from where it came from."""
        place = self._flow.places[pc]
        self._changes[pc] = [(instruction, place) for instruction in instructions]

    def replace_from(self, pc: int, place: int, instruction: Instruction) -> None:
        """Put an instruction in the place of one, from another place (an index of the flow's locations)."""
        self._changes[pc] = [(instruction, place)]

    def replace_with(self, pc: int, instructions: Sequence[tuple[Instruction, int]]) -> None:
        """Put instructions in the place of one, each with the place (an index of the flow's locations) that it comes from."""
        self._changes[pc] = list(instructions)

    def remove(self, pc: int) -> None:
        """Leave an instruction out; jumps to it go to what follows."""
        self._changes[pc] = ()

    def constant(self, value: Constant) -> int:
        """The operand that reads a constant."""
        if self._constants is None:
            self._constants = {constant: i for i, constant in enumerate(self._flow.constants)}
        if value not in self._constants:
            self._constants[value] = len(self._flow.constants) + len(self._added)
            self._added.append(value)
        return -1 - self._constants[value]

    def constant_at(self, operand: int) -> Constant:
        """The constant that an operand reads, one of the flow or one that `constant` has added."""
        old = self._flow.constants
        index = -1 - operand
        return old[index] if index < len(old) else self._added[index - len(old)]

    def finish(self) -> Flow:
        """The changed flow; the very same one when nothing was changed."""
        flow, changes = self._flow, self._changes
        if not changes and self.handlers is flow.handlers:
            return flow
        code: list[Instruction] = []
        places: list[int] = []
        starts: list[int] = []
        for pc, old in enumerate(flow.code):
            starts.append(len(code))
            change = changes.get(pc)
            if change is None:
                code.append(old)
                places.append(flow.places[pc])
            else:
                for instruction, place in change:
                    code.append(instruction)
                    places.append(place)
        starts.append(len(code))
        label = starts.__getitem__
        return replace(
            flow,
            code=tuple([relabel(i, label) if type(i) in JUMPING else i for i in code]),
            places=tuple(places),
            handlers=moved_handlers(self.handlers, starts),
            constants=(*flow.constants, *self._added),
        )


def moved_handlers(handlers: Sequence[Handler], starts: Sequence[int]) -> tuple[Handler, ...]:
    """The table of handlers over code in which instruction ``i`` is at ``starts[i]``; empty ranges are gone."""
    moved = [
        handler._replace(start=starts[handler.start], end=starts[handler.end], target=starts[handler.target])
        for handler in handlers
    ]
    return tuple(handler for handler in moved if handler.start < handler.end)
