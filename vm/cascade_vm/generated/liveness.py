"""Which registers of a flow are read later, on some path: what the others hold nobody sees."""

from __future__ import annotations

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.generated.graph import Plan

__all__ = ["Liveness"]


class Liveness:
    """Sets of registers are the bits of integers. Backwards, until nothing changes:

    live at a node := read in it before it writes, or live behind it and not written in it

    A node whose errors go to a handler may end anywhere, so what is live there is live in all of it.
    """

    def __init__(self, flow: Flow, plan: Plan) -> None:
        self._flow = flow
        self._plan = plan
        self._at: dict[int, int] = dict.fromkeys(plan.ends, 0)
        into: dict[int, list[int]] = {start: [] for start in plan.ends}
        for start in plan.ends:
            for way in plan.ways_out(start):
                into[way].append(start)
        pending = set(plan.ends)
        while pending:
            start = pending.pop()
            found = self._before(start, start)
            if found != self._at[start]:
                self._at[start] = found
                pending.update(into[start])

    def is_read_after(self, register: int, pc: int) -> bool:
        """Whether what a register holds behind an instruction, on its way to the next, may be read by anyone."""
        start = max(start for start in self._plan.ends if start <= pc)
        return bool(self._before(pc + 1, start) >> register & 1)

    def is_read_from(self, register: int, start: int) -> bool:
        """Whether what a register holds where a node begins may be read by anyone."""
        return bool(self._at[start] >> register & 1)

    def is_read_by_handler(self, register: int, pc: int) -> bool:
        """Whether the handler that has the errors of an instruction, if there is one, may read what a register holds then."""
        return bool(self._thrown(max(start for start in self._plan.ends if start <= pc)) >> register & 1)

    def _before(self, pc: int, start: int) -> int:
        """What is live just before an instruction of the node that begins at ``start``, or behind its last one."""
        end = self._plan.ends[start]
        last, live = self._flow.code[end - 1], 0
        for order, way in enumerate(self._plan.after[start]):
            written = 1 << last.dst if isinstance(last, op.Next) and not order else 0  # when there is an item
            live |= self._at[way] & ~written
        thrown = self._thrown(start)
        live |= thrown
        for here in range(end - 1, pc - 1, -1):
            instruction = self._flow.code[here]
            if not isinstance(instruction, op.Next):
                for register in roles.writes(instruction):
                    live &= ~(1 << register)
            for register in roles.registers_read(instruction):
                live |= 1 << register
            live |= thrown
        return live

    def _thrown(self, start: int) -> int:
        """What a handler of the node reads."""
        row = self._plan.handlers[start]
        if row < 0 or not self._plan.can_fail(start):
            return 0
        handler = self._flow.handlers[row]
        return self._at[handler.target] & ~(1 << handler.error)
