"""The code of flows put into another, in the place of the instructions that call them. A part of `inline`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cascade_compiler.analysis.blocks import JUMPING
from cascade_compiler.passes.edit import moved_handlers
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.constants import NONE, Constant
from cascade_vm.opcodes import Instruction
from msgspec.structs import replace

__all__ = ["Grafting", "Site"]


class Site(NamedTuple):
    """A call to be replaced by the code of the flow that it calls."""

    pc: int
    callee: Flow
    call: Instruction


class Grafting:
    """The flow that results, while it is being written.

    Each instruction is kept with the list that its labels index: new places of the old instructions of the flow that it is
    from.
    """

    def __init__(self, flow: Flow, sites: Mapping[int, Site]) -> None:
        self._flow = flow
        self._sites = sites
        self._code: list[tuple[Instruction, list[int]]] = []
        self._places: list[int] = []
        self._locations = list(flow.locations)
        self._constants = {constant: number for number, constant in enumerate(flow.constants)}
        self._registers = flow.registers

    def finish(self) -> Flow:
        """The flow with all sites replaced."""
        flow = self._flow
        starts: list[int] = []
        for pc, instruction in enumerate(flow.code):
            starts.append(len(self._code))
            if pc in self._sites:
                self._graft(self._sites[pc])
            else:
                self._add(instruction, starts, flow.places[pc])
        starts.append(len(self._code))
        code = [roles.relabel(i, s.__getitem__) if type(i) in JUMPING else i for i, s in self._code]
        return replace(
            flow,
            code=tuple(code),
            places=tuple(self._places),
            locations=tuple(self._locations),
            constants=tuple(self._constants),
            registers=self._registers,
            variables=(*flow.variables, *[None] * (self._registers - len(flow.variables))),
            handlers=moved_handlers(flow.handlers, starts),
        )

    def _add(self, instruction: Instruction, starts: list[int], place: int) -> None:
        self._code.append((instruction, starts))
        self._places.append(place)

    def _constant(self, constant: Constant) -> int:
        return -1 - self._constants.setdefault(constant, len(self._constants))

    def _graft(self, site: Site) -> None:
        """The callee's code. Its registers come behind all others; a label behind its end goes on after the call."""
        callee, base, here = site.callee, self._registers, self._flow.places[site.pc]
        self._registers += callee.registers
        assert isinstance(site.call, op.CallFlow | op.TailCall)
        if site.call.arguments:
            parameters = tuple(range(base, base + len(site.call.arguments)))
            self._add(op.Move(parameters, site.call.arguments), [], here)
        first_location = self._add_locations(site)
        constants = [self._constant(constant) for constant in callee.constants]
        starts: list[int] = []
        for pc, old in enumerate(callee.code):
            starts.append(len(self._code))
            moved = roles.renumber_constants(old, lambda number: -1 - constants[number])
            moved = roles.rename(moved, lambda register: base + register, lambda register: base + register)
            place = first_location + callee.places[pc]
            if isinstance(site.call, op.CallFlow):
                self._add_in_call(moved, site.call.dst, starts, len(callee.code), (place, here))
            else:
                self._add(moved, starts, place)
        starts.append(len(self._code))

    def _add_in_call(self, instruction: Instruction, dst: int, starts: list[int], end: int, places: tuple[int, int]) -> None:
        """An instruction of a callee whose result a call wants; ``places`` are its own and that of the call."""
        place, call_place = places
        if isinstance(instruction, op.Return):
            self._add(op.Copy(dst, instruction.value), starts, place)
            self._add(op.Jump(end), starts, place)
        elif isinstance(instruction, op.TailCall):
            call = op.CallFlow(dst, instruction.flow, instruction.arguments, self._constant(NONE))
            self._add(call, starts, call_place)
            self._add(op.Jump(end), starts, call_place)
        else:
            self._add(instruction, starts, place)

    def _add_locations(self, site: Site) -> int:
        """Append the callee's locations, called from the site; the index of the first. A tail call leaves no trail."""
        here = self._flow.places[site.pc]
        caller = here if isinstance(site.call, op.CallFlow) else self._flow.locations[here].caller
        first = len(self._locations)
        for location in site.callee.locations:
            called_from = caller if location.caller < 0 else first + location.caller
            self._locations.append(location._replace(caller=called_from))
        return first
