"""Generated code bound to a host: its `Unit`, and the functions that tasks are called as."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

import msgspec

from cascade_vm import opcodes as op
from cascade_vm.generated.leaving import GOES_ON, UNIT, Leave
from cascade_vm.generated.program import DIRECT, DIRECT_WAITS
from cascade_vm.generated.runtime import GLOBALS
from cascade_vm.generated.unit import Unit
from cascade_vm.host import Directs

if TYPE_CHECKING:
    from cascade_vm.dispatch import Strand
    from cascade_vm.linker import Image

__all__ = ["Bound", "Entry", "Instance", "instance_for"]

MOST_INSTANCES = 4
"""Of one program: hosts that it runs on by turns."""


class Entry(msgspec.Struct, frozen=True):
    """A generated function, and how many registers it is given: all of them, or the arguments of a flow."""

    run: Callable[..., Any]
    waits: bool
    registers: int
    whole: bool


class Instance:
    """A unit's code, bound to the functions that a host calls its tasks as.

    ``entries`` are the functions that there are, by flow and instruction; `entry` makes one.
    """

    def __init__(self, unit: Unit, directs: Directs | None) -> None:
        self.unit = unit
        self.directs = directs
        self.entries: dict[tuple[int, int], Entry | None] = {}
        self.starts: dict[int, Callable[..., Any]] = {}
        """The functions of flows that can be called outright."""
        self.globals: dict[str, Any] = {**GLOBALS, UNIT: Bound(unit, directs)}
        for number in range(len(unit.program.image.flows)):
            self.globals[f"c{number}"] = self._stub(number)
            self.globals[f"q{number}"] = self._made_now(number)
            self.globals[f"g{number}"] = None
        self._slots: list[_Slot] = []
        if directs is not None:
            for number, task in enumerate(unit.program.image.blueprint.tasks):
                if unit.program.calls[number] in (DIRECT, DIRECT_WAITS):
                    self._slots.append(_Slot(self.globals, f"t{number}"))
                    directs.bind(task.name, self._slots[-1])

    def _stub(self, flow: int) -> Callable[..., Any]:
        """Stands for a function that is not made yet: it is made now, for the next time."""

        def now(strand: Strand, *_: object) -> None:
            self.entry(flow, 0)
            strand.left += self.unit.careful  # the call is made by tier 0, which counts the turn again
            raise Leave(GOES_ON)

        async def later(strand: Strand, *_: object) -> None:
            now(strand)

        return later if flow in self.unit.program.waiting else now

    def _made_now(self, flow: int) -> Callable[..., Any]:
        """The same for a function that built-in functions call: it is run, too."""

        def now(strand: Strand, depth: int, *arguments: object) -> object:
            self.entry(flow, 0)
            return strand.machine.run_now(self.unit.program.image.flows[flow], lambda: arguments)

        return now

    def entry(self, flow: int, pc: int) -> Entry | None:
        """The function that begins at an instruction."""
        key = (flow, pc)
        if key in self.entries:
            return self.entries[key]
        made = self.unit.code_for(flow, pc)
        if made is None:
            self.entries[key] = None
            return None
        self.globals.update(made.values)
        function = FunctionType(made.code, self.globals)
        taken = self.unit.program.image.blueprint.flows[flow]
        found = Entry(function, made.waits, len(taken.parameters) if pc == 0 else taken.registers, pc != 0)
        self.entries[key] = found
        if pc == 0:
            self.unit.program.image.flows[flow].busy = True
            self.globals[f"c{flow}"] = self.globals[f"q{flow}"] = function
            if not made.waits:
                self.starts[flow] = self.globals[f"g{flow}"] = function
        for number in sorted({i.flow for i in taken.code if isinstance(i, op.Close)}):
            self.entry(number, 0)  # functions that hot code makes are called
        return found


class _Slot:
    """Where the function of a task lies."""

    __slots__ = ("__weakref__", "_globals", "_name")

    def __init__(self, values: dict[str, Any], name: str) -> None:
        self._globals = values
        self._name = name

    def __call__(self, function: Any) -> None:
        self._globals[self._name] = function


class Bound:
    """What generated code says of itself."""

    __slots__ = ("directs", "held", "place", "program", "trail_at")

    def __init__(self, unit: Unit, directs: Directs | None) -> None:
        self.program = unit.program
        self.place = unit.place
        self.held = unit.held
        self.trail_at = unit.trail_at
        self.directs = directs


def instance_for(image: Image, directs: Directs | None) -> Instance:
    """A new instance for a program; of many the last are kept."""
    for other in image.instances:
        if (other.directs is None) == (directs is None) and (directs is None or other.unit.fits(directs)):
            unit = other.unit
            break
    else:
        unit = Unit(image, directs)
    made = Instance(unit, directs)
    image.instances.insert(0, made)
    del image.instances[MOST_INSTANCES:]
    return made
