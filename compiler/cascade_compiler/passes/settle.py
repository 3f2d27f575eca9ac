"""Settling: where a variable was just set, or just unset, nothing asks whether it is set.

Before, a state with a default::        After::

    0  clear r1                             0  clear r1
    1  bound r2 r1                          1  jump 4
    2  branch r2 4 3                        2  bound r2 r1
    3  copy r1 r0                           3  branch r2 5 4
    4  check r1 left                        4  copy r1 r0
    5  test <= r1 #0 6 7                    5  check r1 left
    6  return #'done'                       6  test <= r1 #0 7 8
    7  compute r1 - (r1, #1)                7  return #'done'
    8  jump 1                               8  compute r1 - (r1, #1)
                                            9  jump 6

From the end of each block the way is followed as long as what is bound there tells what comes next: a `Bound`, the `Branch` on
its answer, a `Check` that can not fail. A few instructions that do nothing but write are copied before a branch. What nobody
comes to any more is left to `dead`, and so are checks that can not fail on any way.

A way that counts a turn counts one afterwards, and at the same instruction: else it stays as it is. So it does where handlers
would see another state of affairs, and where a loop would be entered in several places.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from cascade_compiler.analysis.blocks import Block, blocks_of, reachable
from cascade_compiler.analysis.entries import loops_are_entered_once
from cascade_compiler.analysis.liveness import Live, Liveness, accesses_of
from cascade_compiler.analysis.unbound import MaybeUnbound
from cascade_compiler.passes.confirm import confirm
from cascade_compiler.passes.dead import is_removable
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction

__all__ = ["MOST_COPIED", "settle"]

MOST_COPIED = 4
"""Instructions that are copied from one way."""
LONGEST = 60
"""Instructions that are followed from one place."""


def settle(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, settle_flow)


def settle_flow(flow: Flow) -> Flow:
    """One flow, again and again: what leads elsewhere leaves more to be known where it led.

    That ends, as a way is followed only further, and not beyond the next turn.
    """
    while any(isinstance(each, op.Bound | op.Check) for each in flow.code):
        blocks, accesses = blocks_of(flow), accesses_of(flow.code)
        maybe = MaybeUnbound(flow, blocks, accesses)
        if maybe.none:
            break
        made = confirm(flow, blocks, maybe)
        if made is flow:
            made = _settled(flow, maybe, Liveness(flow, blocks, accesses))
        if made is flow:
            break
        flow = made
    return flow


def _settled(flow: Flow, maybe: MaybeUnbound, liveness: Liveness) -> Flow:
    """All ways at once; those of unbound variables not, when loops would have more than one entry."""
    for unbound_too in (True, False):
        made = _Settling(flow, maybe, liveness, unbound_too).result()
        if made is flow or loops_are_entered_once(blocks_of(made)) or not loops_are_entered_once(liveness.blocks):
            return made
    return flow


class _Way(NamedTuple):
    """Where a way comes to, and what is written on it; ``tested`` when it passes a branch."""

    target: int
    written: list[tuple[Instruction, int]]
    tested: bool


class _Settling:
    def __init__(self, flow: Flow, maybe: MaybeUnbound, liveness: Liveness, unbound_too: bool) -> None:
        self._flow = flow
        self._unbound_too = unbound_too
        self._blocks = liveness.blocks
        self._starts = [block.start for block in liveness.blocks]
        self._writes = liveness.accesses.writes
        self._maybe = maybe
        self._liveness = liveness
        self._live: dict[int, tuple[int, frozenset[int]]] = {}
        self._edit = Edit(flow)

    def result(self) -> Flow:
        for index in sorted(reachable(self._blocks, self._flow.code)):
            self._settle_end(index, self._blocks[index])
        return self._edit.finish()

    def _settle_end(self, index: int, block: Block) -> None:
        """Lead the labels of a block's last instruction, and what falls out of it, as far as they go."""
        pc = block.end - 1
        last, place = self._flow.code[pc], self._flow.places[pc]
        states = dict(reversed([*self._maybe.leaving(index)]))  # the state at a label stands for handlers that are there, too
        made = [(last, place)]
        if isinstance(last, op.Jump):
            way = self._follow(pc, last.target, states[block.jumps[0]])
            if way is not None and (way.tested or last.target != block.end):
                made = [*way.written, (op.Jump(way.target), place)]
        elif block.jumps:
            made = [(roles.relabel(last, lambda label: self._straight(pc, label, states)), place)]
        if block.falls is not None:
            way = self._follow(pc, block.end, states[block.falls])
            if way is not None and way.tested:
                made += [*way.written, (op.Jump(way.target), self._flow.places[block.end])]
        if made != [(last, place)]:
            self._edit.replace_with(pc, made)

    def _straight(self, pc: int, label: int, states: dict[int, int]) -> int:
        """Where a label can lead without anything being written on the way."""
        way = self._follow(pc, label, states[self._index(label)])
        return label if way is None or way.written else way.target

    def _index(self, pc: int) -> int:
        return bisect_right(self._starts, pc) - 1

    def _follow(self, last: int, start: int, state: int) -> _Way | None:
        """The way from the instruction ``last`` to ``start`` and on, as far as it is told; None when it is not at all."""
        code, places = self._flow.code, self._flow.places
        answers: dict[int, bool] = {}
        written: list[tuple[Instruction, int]] = []
        found, tested, copied, pc = None, False, 0, start
        worth = 0  # how much of what is written a branch pays for; a check pays for nothing
        for _ in range(LONGEST):
            instruction = code[pc]
            goes_to = self._told(instruction, pc, state, answers)
            if goes_to is not None:
                if goes_to <= pc:
                    break  # the next turn
                pc = goes_to
                if isinstance(instruction, op.Branch):
                    tested, worth = True, len(written)
                if not isinstance(instruction, op.Jump) and len(written) == worth:
                    found = self._arrived(last, start, pc, written, tested) or found
                continue
            answer = self._answer(instruction, state)
            if answer is None:
                if copied == MOST_COPIED or not is_removable(instruction):
                    break
                copied += 1
            for register in self._writes[pc]:
                answers.pop(register, None)
            if isinstance(instruction, op.Bound) and answer is not None:
                answers[instruction.dst] = answer
                instruction = op.Copy(instruction.dst, self._edit.constant(Constant(answer)))
            written.append((instruction, places[pc]))
            state = self._maybe.step(instruction, self._writes[pc], state)
            pc += 1
        return found

    def _told(self, instruction: Instruction, pc: int, state: int, answers: dict[int, bool]) -> int | None:
        """Where control goes from an instruction that does nothing else."""
        match instruction:
            case op.Jump():
                return instruction.target
            case op.Branch() if instruction.condition in answers:
                return instruction.then if answers[instruction.condition] else instruction.otherwise
            case op.Check() if not self._maybe.holds(state, instruction.variable):
                return pc + 1
            case _:
                return None

    def _answer(self, instruction: Instruction, state: int) -> bool | None:
        """What a `Bound` says, if that is known."""
        if isinstance(instruction, op.Bound):
            if not self._maybe.holds(state, instruction.variable):
                return True
            if self._unbound_too and self._maybe.is_unbound(state, instruction.variable):
                return False
        return None

    def _arrived(self, last: int, start: int, pc: int, written: Sequence[tuple[Instruction, int]], tested: bool) -> _Way | None:
        """The way as far as ``pc``, if it may be gone at once: it counts the same turn, and handlers see the same."""
        needed = self._needed(pc, written)
        goes_back = start <= last
        if pc == start or goes_back != (pc <= last):
            return None
        if goes_back:
            first, there = self._blocks[self._index(start)].handlers, self._blocks[self._index(pc)].handlers
            if first != there or (needed and (first or self._blocks[self._index(last)].handlers)):
                return None
        return _Way(pc, needed, tested)

    def _needed(self, pc: int, written: Sequence[tuple[Instruction, int]]) -> list[tuple[Instruction, int]]:
        """What of the way is read from ``pc`` on, or by what is needed itself."""
        if not written:
            return []
        live = self._live_at(pc)
        needed = []
        for instruction, place in reversed(written):
            writes = roles.writes(instruction)
            if any(register in live for register in writes):
                needed.append((instruction, place))
                for register in writes:
                    live.discard(register)
                for register in roles.registers_read(instruction):
                    live.add(register)
        return needed[::-1]

    def _live_at(self, pc: int) -> Live:
        """What is live before an instruction; the caller's own."""
        if pc not in self._live:
            index = self._index(pc)
            bits, here = self._liveness.at_start[index], frozenset[int]()
            if self._blocks[index].start != pc:
                bits, here = next((live.bits, frozenset(live.here)) for at, live in self._liveness.walk(index) if at == pc - 1)
            self._live[pc] = bits, here
        found = Live(self._liveness.numbers, self._live[pc][0])
        found.here |= self._live[pc][1]
        return found
