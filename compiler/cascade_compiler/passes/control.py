"""Control values: a jump or a tail call that is made and looked at in one go is never looked at.

Before, in a loop::                                     After::

    4  compute r5 - r1 1                                    4  compute r5 - r1 1
    5  compute r6 make_jump ("loop" r5)                     5  move (r1) (r5)
    6  jump 7                                               6  jump 3
    7  compute r7 jump_case (r6 ("loop" "exit"))
    8  switch r7 (9 …) …
    9  compute r8 jump_arguments (r6 r3 …)
    …  compute r9 bind (… r8 …)
       restore (r1) r9 -1
       jump 3

From where such a value is made the way is followed as long as what comes next can be told: its code is copied to there with the
answers filled in, and goes on where they lead. What made the value stays, for `dead`; so does the code that was followed, for
whoever else comes there. Flows with handlers are left alone.
"""

from __future__ import annotations

from bisect import bisect_right

from cascade_compiler.analysis.blocks import Block, blocks_of
from cascade_compiler.analysis.liveness import Liveness, accesses_of
from cascade_compiler.analysis.plain import plain_registers
from cascade_compiler.passes.control_facts import Fixed
from cascade_compiler.passes.control_values import Impossible, Values
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction

__all__ = ["LONGEST", "MOST_ORDINARY", "follow_control"]

LONGEST = 60
"""Instructions that are followed from one place."""
MOST_ORDINARY = 12
"""Those among them about which nothing is told: they are copied."""

_MAKES = ("make_jump", "make_tail_call")
_ASKS = ("jump_case", "tail_call_case")


def follow_control(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, follow_in_flow)


def follow_in_flow(flow: Flow) -> Flow:
    """One flow."""
    named = {each.operation for each in flow.code if isinstance(each, op.Compute)}
    if flow.handlers or named.isdisjoint(_MAKES) or named.isdisjoint(_ASKS):
        return flow
    return _Following(flow).result()


class _Following:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._blocks = blocks_of(flow)
        self._starts = [block.start for block in self._blocks]
        self._plain = plain_registers(flow, self._blocks) or [frozenset()] * len(self._blocks)
        self._liveness = Liveness(flow, self._blocks, accesses_of(flow.code))
        self._edit = Edit(flow)
        self._fixed = Fixed(flow)

    def result(self) -> Flow:
        for index, block in enumerate(self._blocks):
            code = self._flow.code[block.start : block.end]
            if any(isinstance(each, op.Compute) and each.operation in _MAKES for each in code):
                self._follow(index, block)
        return self._edit.finish()

    def _follow(self, index: int, block: Block) -> None:
        """Go on from the end of a block that makes a value of control."""
        last = self._flow.code[block.end - 1]
        stays = block.end - 1 if isinstance(last, op.Jump) else block.end
        if stays == block.end and (block.falls is None or block.jumps):
            return
        values = Values(self._edit, self._fixed, set(self._plain[index]))
        for pc in range(block.start, stays):
            values.cross(self._flow.code[pc])
        try:
            made = self._walk(values, last.target if isinstance(last, op.Jump) else block.end)
        except (Impossible, TypeError, ValueError, LookupError):  # constants of a program drawn by hand have any form
            return
        if made and stays == block.end:
            made.insert(0, (last, self._flow.places[block.end - 1]))
        if made:
            self._edit.replace_with(block.end - 1, made)

    def _walk(self, values: Values, pc: int) -> list[tuple[Instruction, int]]:
        """The code of the way as far as it can be told, with a jump to where that ends; nothing when it tells nothing."""
        flow, asked, ordinary = self._flow, False, 0
        made: list[tuple[Instruction, int]] = []
        for _ in range(LONGEST):
            instruction, place = flow.code[pc], flow.places[pc]
            if isinstance(instruction, op.Jump):
                pc = instruction.target
                continue
            if instruction.ends_block:
                way = values.way(instruction)
                if way is None:
                    break
                pc = way
                continue
            simplified = values.simplified(instruction)
            if simplified is None:
                if ordinary == MOST_ORDINARY or (asked and not self._read_from(pc, values)):
                    break
                ordinary += 1
                values.check_read(instruction)
                values.cross(instruction)
                simplified = [instruction]
            elif isinstance(instruction, op.Compute) and instruction.operation in _ASKS:
                asked = True
            made += [(each, place) for each in simplified]
            pc += 1
        if not asked:
            return []
        place = flow.places[pc]
        shown = [(values.written(register), place) for register in self._read_from(pc, values)]
        return [*made, *shown, (op.Jump(pc), place)]

    def _read_from(self, pc: int, values: Values) -> list[int]:
        """The registers that were not written, and that may be read from here on."""
        if not values.hidden:
            return []
        index = bisect_right(self._starts, pc) - 1
        if self._blocks[index].start == pc:
            bits, numbers = self._liveness.at_start[index], self._liveness.numbers
            return [each for each in sorted(values.hidden) if each in numbers and bits >> numbers[each] & 1]
        live = next(live for before, live in self._liveness.walk(index) if before == pc - 1)
        return [register for register in sorted(values.hidden) if register in live]
