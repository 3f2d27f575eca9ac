"""Versions: where all values are plain, nothing is asked twice; where one is not, the code is what it was.

Before, a loop in which two calls of a small task stand for its source (`cascade_compiler.task_flows`)::

    0  copy r1 0
    1  next r4 r5 11
    2  compute r3 are_plain (r1)
    3  branch r3 4 6
    4  compute r2 + (r1 1)
    5  jump 7
    6  call r2 inc (r1)
    7  compute r3 are_plain (r2)
    …

After: the number that the loop begins with is plain, and so is what comes of adding to it, so `inc` is never called::

    0  copy r1 0
    1  next r4 r5 7
    2  copy r3 True
    3  compute r2 + (r1 1)
    4  copy r3 True
    …

A piece of code between two questions or jumps has a version for each set of facts with which control comes to it
(`cascade_compiler.analysis.simple`), and one for where a value has turned out not to be plain: from there on all is as it was.
Of what does not change in a loop, or is calculated there, is asked whether it is *simple*, because that stays so: in the loop's
first turn, and then no more. What a loop makes of simple values that do not change is in a register after its first turn, and
is not made again; what goes wrong in it went wrong then.

What no later question depends on is forgotten. A flow that would have more than `MOST_VERSIONS` versions of a piece, or grow to
`MOST_GROWTH` times its size, is left as it is, and so are flows with handlers, and those that are not done in `MOST_ROUNDS`.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from cascade_compiler.analysis.blocks import JUMPING, blocks_of
from cascade_compiler.analysis.plain import NUMBERS
from cascade_compiler.analysis.simple import NOTHING, Expression, Facts, Known, is_question, wanted_at
from cascade_compiler.passes.copies import propagate_in_flow
from cascade_compiler.passes.edit import each_flow
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction
from msgspec.structs import replace

__all__ = ["MOST_GROWTH", "MOST_VERSIONS", "make_versions"]

MOST_VERSIONS = 6
MOST_GROWTH = 4
MOST_ROUNDS = 5


def make_versions(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, make_versions_in_flow)


def make_versions_in_flow(flow: Flow) -> Flow:
    """One flow: until nothing changes, since a version may show what was not to be seen in the code that it is of."""
    if flow.handlers or not any(map(is_question, flow.code)):
        return flow
    made, most = flow, MOST_GROWTH * len(flow.code)
    for _ in range(MOST_ROUNDS):
        better = _Versions(made).finish(most)
        if better is None:
            return flow
        if better is made:
            return made
        made = propagate_in_flow(better)
    return flow


class _Piece:
    """A version of a piece of code. Labels are numbers of versions, in the order in which they were found.

    Without ``facts`` it is the code as it was.
    """

    def __init__(self, start: int, facts: Facts | None) -> None:
        self.start = start
        self.facts = facts
        self.code: list[tuple[Instruction, int]] = []
        self.falls: int | None = None


class _Versions:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._blocks = blocks_of(flow)
        self._ends: dict[int, int] = {}  # of pieces, by their starts
        self._find_pieces()
        self._loops = _loops(flow)
        self._wanted = wanted_at(flow, self._blocks, self._ends, self._stays)
        self._found: dict[tuple[int, Facts | None], int] = {}
        self._pieces: list[_Piece] = []
        self._counts: Counter[int] = Counter()
        self._registers = flow.registers
        self._constants = dict(zip(flow.constants, range(len(flow.constants)), strict=True))
        self._changed = False

    def _find_pieces(self) -> None:
        for block in self._blocks:
            starts = [pc for pc in range(block.start, block.end) if pc == block.start or self._begins_piece(pc)]
            self._ends.update(zip(starts, [*starts[1:], block.end], strict=True))

    def _begins_piece(self, pc: int) -> bool:
        """Whether it is a question; not one that has been made of another, with the tuple before it."""
        question, before = self._flow.code[pc], self._flow.code[pc - 1]
        if not is_question(question):
            return False
        made = isinstance(before, op.Compute) and before.operation == "build_tuple"
        return not made or roles.writes(before) != roles.registers_read(question)

    # --- finding versions ---

    def finish(self, most: int) -> Flow | None:
        """The flow with all versions; the very same when there is one of each piece, and nothing was known. None when there
        would be more than ``most`` instructions, or too many versions."""
        self._version(0, NOTHING, waits=False)
        done = size = 0
        while done < len(self._pieces):
            self._write(self._pieces[done])
            size += len(self._pieces[done].code)
            done += 1
            if size > most or max(self._counts.values()) > MOST_VERSIONS:
                return None
        return self._joined() if self._changed else self._flow

    def _version(self, start: int, facts: Facts | None, waits: bool) -> int:
        """The number of a version."""
        wanted = self._wanted[start]
        if facts is None and not wanted.registers:
            facts = NOTHING
        key = (start, facts if facts is None else facts.kept(wanted, waits))
        if key not in self._found:
            self._found[key] = len(self._pieces)
            self._pieces.append(_Piece(*key))
            self._counts[start] += 1
            self._changed = self._changed or self._counts[start] > 1
        return self._found[key]

    def _write(self, piece: _Piece) -> None:
        """The code of a version, and the versions that it leads to."""
        end = self._ends[piece.start]
        if piece.facts is None:
            piece.code += zip(self._flow.code[piece.start : end], self._flow.places[piece.start : end], strict=True)
            self._go_on(piece, end - 1, None)
        else:
            self._improve(piece, Known(self._flow, piece.facts), end)

    def _improve(self, piece: _Piece, known: Known, end: int) -> None:
        for pc in range(piece.start, end):
            instruction, place = self._flow.code[pc], self._flow.places[pc]
            if is_question(instruction):
                assert isinstance(instruction, op.Compute)
                unknown = known.unknown_of(instruction)
                better = [each for each in unknown if self._is_worth_more(pc, each)]
                if better and pc == piece.start:
                    self._ask_more(piece, known, better, place)
                    return
                known.cross(instruction)
                instruction = self._question(instruction, unknown)
            elif isinstance(instruction, op.Branch) and known.has_answer(instruction.condition):
                self._decide(piece, pc, instruction, known)
                return
            else:
                held = known.register_with(instruction)
                known.cross(instruction)
                if held is not None:
                    self._changed = True
                    (written,) = roles.writes(instruction)
                    if held == written:
                        continue
                    instruction = op.Copy(written, held)
            piece.code.append((instruction, place))
        self._go_on(piece, end - 1, known.facts())

    def _question(self, question: op.Compute, unknown: tuple[int, ...]) -> Instruction:
        if unknown and len(unknown) == len(question.arguments):
            return question
        self._changed = True
        return op.Compute(question.dst, "are_plain", unknown) if unknown else op.Copy(question.dst, self._constant(True))

    def _is_worth_more(self, pc: int, operand: int) -> bool:
        """Whether it should be asked if a value is simple: in a loop that does not change it, or calculates it."""
        loop = self._loop_around(pc)
        return loop is not None and (operand not in loop.written or operand in loop.calculated)

    def _stays(self, pc: int, expression: Expression) -> bool:
        """Whether a loop computes the same in each turn."""
        loop = self._loop_around(pc)
        return loop is not None and loop.written.isdisjoint(expression.arguments)

    def _loop_around(self, pc: int) -> _Loop | None:
        around = [loop for loop in self._loops if loop.first <= pc <= loop.last]
        return min(around, key=lambda loop: loop.last - loop.first, default=None)

    def _ask_more(self, piece: _Piece, known: Known, operands: list[int], place: int) -> None:
        whole, answer = self._registers, self._registers + 1
        self._registers += 2
        self._changed = True
        then = self._version(piece.start, known.facts().learn(operands), waits=False)
        otherwise = self._version(piece.start, None, waits=False)
        piece.code += [
            (op.Compute(whole, "build_tuple", tuple(operands)), place),
            (op.Compute(answer, "are_plain", (whole,)), place),
            (op.Branch(answer, then, otherwise), place),
        ]

    def _decide(self, piece: _Piece, pc: int, branch: op.Branch, known: Known) -> None:
        """Go where the answer to a question leads."""
        then = self._version(branch.then, known.after_yes(branch.condition), branch.then <= pc)
        made: Instruction = op.Jump(then)
        if known.is_yes(branch.condition):
            self._changed = True
        else:
            made = op.Branch(branch.condition, then, self._version(branch.otherwise, None, branch.otherwise <= pc))
        piece.code.append((made, self._flow.places[pc]))

    def _go_on(self, piece: _Piece, pc: int, facts: Facts | None) -> None:
        """Where the last instruction of a piece leads, nothing new being known."""
        instruction = self._flow.code[pc]
        if type(instruction) in JUMPING:
            moved = roles.relabel(instruction, lambda label: self._version(label, facts, label <= pc))
            piece.code[-1] = (moved, self._flow.places[pc])
        if not instruction.ends_block:
            piece.falls = self._version(pc + 1, facts, waits=False)

    # --- putting them together ---

    def _joined(self) -> Flow:
        """The flow with the versions in a row."""
        order = self._order()
        starts: dict[int, int] = {}
        code: list[tuple[Instruction, int]] = []
        for number, following in zip(order, [*order[1:], None], strict=True):
            piece = self._pieces[number]
            starts[number] = len(code)
            code += piece.code
            if piece.falls is not None and piece.falls != following:
                code.append((op.Jump(piece.falls), self._flow.places[self._ends[piece.start] - 1]))
        label = starts.__getitem__
        return replace(
            self._flow,
            code=tuple([roles.relabel(each, label) if type(each) in JUMPING else each for each, _ in code]),
            places=tuple([place for _, place in code]),
            registers=self._registers,
            variables=(*self._flow.variables, *[None] * (self._registers - len(self._flow.variables))),
            constants=tuple(self._constants),
        )

    def _order(self) -> list[int]:
        """The versions so that each comes before those that it leads to, itself and those around it aside; what it falls
        through to, or goes to first, comes next."""
        order: list[int] = []
        seen = {0}
        open_pieces = [(0, iter(self._following(0)))]
        while open_pieces:
            number, following = open_pieces[-1]
            for each in following:
                if each not in seen:
                    seen.add(each)
                    open_pieces.append((each, iter(self._following(each))))
                    break
            else:
                order.append(number)
                open_pieces.pop()
        return order[::-1]

    def _following(self, number: int) -> list[int]:
        """The versions that one leads to, that which is best next to it last."""
        piece = self._pieces[number]
        last = piece.code[-1][0] if piece.code else None
        labels = roles.labels(last) if last is not None and type(last) in JUMPING else ()
        return [*reversed(labels), *(() if piece.falls is None else (piece.falls,))]

    def _constant(self, value: object) -> int:
        return -1 - self._constants.setdefault(Constant(value), len(self._constants))


class _Loop(NamedTuple):
    """From the target of a jump back to the jump. ``calculated`` are the registers, among those ``written``, that get what
    operators make of numbers, if they are given such."""

    first: int
    last: int
    written: frozenset[int]
    calculated: frozenset[int]


def _loops(flow: Flow) -> list[_Loop]:
    found = []
    for last, instruction in enumerate(flow.code):
        for first in roles.labels(instruction) if type(instruction) in JUMPING else ():
            if first <= last:
                code = flow.code[first : last + 1]
                written = frozenset(register for each in code for register in roles.writes(each))
                calculated = {each.dst for each in code if isinstance(each, op.Compute) and each.operation in NUMBERS}
                found.append(_Loop(first, last, written, frozenset(calculated)))
    return found
