"""What is known of the values in registers at one point of a flow, as far as operation ``are_plain`` asks for it.

* *simple*: a number, a text, bytes or None. Nothing can change such a value, so this holds until the register is written.
* *flat*: simple, or a small container of simple values. That holds until somebody may have changed the container: what is
  called, what waits, an operation that changes its argument.
* *answered*: a register has the answer to a question, about registers that may not be flat. It is yes if there are none; None
  stands for registers that have changed since.
* *held*: what an operation made of simple values is in a register, and would be the same if it were made again.

``are_plain`` says yes to what is flat; of a tuple made for that it says whether all that is in it is simple.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from types import NoneType
from typing import NamedTuple, TypeAlias

from cascade_compiler.analysis.blocks import Block
from cascade_compiler.analysis.plain import NUMBERS
from cascade_compiler.analysis.worklist import Worklist
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.opcodes import Instruction
from cascade_vm.operations import OPERATIONS

__all__ = ["NOTHING", "Expression", "Facts", "Known", "Wanted", "expression_of", "is_question", "wanted_at"]

_SIMPLE = (NoneType, bool, int, float, str, bytes)
_FEW = 8
"""Items of what ``are_plain`` says yes to."""
_OF_FLAT = frozenset(("==", "!=", "<", "<=", ">", ">=", "in", "not in", "not", "len", "bool", "str"))
"""Operations that give something simple for what is flat, if they give anything."""
_WITH_A_NUMBER = frozenset(("+", "-", "/", "//", "%", "+=", "-=", "/=", "//=", "%="))
"""Those that do so where one operand is a number: Python has none of them for a number and a container."""


class Expression(NamedTuple):
    """An operation on operands."""

    operation: str
    arguments: tuple[int, ...]


class Wanted(NamedTuple):
    """What may be asked, and what is computed, from some place on."""

    registers: frozenset[int]
    expressions: frozenset[Expression]


About: TypeAlias = tuple[int, ...] | None


class Facts(NamedTuple):
    """What is known where a piece of code begins. ``flat`` are registers that are not known to be simple; ``answered`` are
    registers with what their answers are about, ``held`` expressions with the registers that have their values."""

    simple: frozenset[int]
    flat: frozenset[int]
    answered: frozenset[tuple[int, About]]
    held: frozenset[tuple[Expression, int]]

    def kept(self, wanted: Wanted, waits: bool) -> Facts:
        """What of it is worth knowing there; ``waits``: others may have run in between."""
        held = frozenset(each for each in self.held if each[0] in wanted.expressions)
        flat: frozenset[int] = frozenset() if waits else self.flat & wanted.registers
        answers = ((register, _aged(about) if waits else about) for register, about in self.answered)
        answered = frozenset(each for each in answers if each[0] in wanted.registers)
        return Facts(self.simple & wanted.registers, flat, answered, held)

    def learn(self, simple: Iterable[int] = (), flat: Iterable[int] = ()) -> Facts:
        all_simple = self.simple | {*simple}
        return Facts(all_simple, (self.flat | {*flat}) - all_simple, self.answered, self.held)


NOTHING = Facts(frozenset(), frozenset(), frozenset(), frozenset())


def is_question(instruction: Instruction) -> bool:
    """Whether an instruction asks whether values are plain."""
    return isinstance(instruction, op.Compute) and instruction.operation == "are_plain" and not any(instruction.forms)


def expression_of(instruction: Instruction) -> Expression | None:
    """What an instruction computes, if that is the same for the same simple values, and not one of its operands after it."""
    if not isinstance(instruction, op.Compute) or instruction.operation not in NUMBERS or any(instruction.forms):
        return None
    if instruction.dst in instruction.arguments or max(instruction.arguments) < 0:
        return None
    return Expression(
        instruction.operation.removesuffix("=") if OPERATIONS[instruction.operation].effect else instruction.operation,
        instruction.arguments,
    )


def _aged(about: About) -> About:
    """What an answer is about when containers may have changed since it was given."""
    return None if about else about


class Known:
    """The facts while one goes over instructions."""

    def __init__(self, flow: Flow, facts: Facts) -> None:
        self._flow = flow
        self._simple, self._flat = set(facts.simple), set(facts.flat)
        self._answered = dict(facts.answered)
        self._held = dict(facts.held)
        self._tuples: dict[int, tuple[int, ...]] = {}

    def facts(self) -> Facts:
        flat, answered = frozenset(self._flat - self._simple), frozenset(self._answered.items())
        return Facts(frozenset(self._simple), flat, answered, frozenset(self._held.items()))

    def register_with(self, instruction: Instruction) -> int | None:
        """The register that has what an instruction would compute."""
        expression = expression_of(instruction)
        return None if expression is None else self._held.get(expression)

    def is_simple(self, operand: int) -> bool:
        return operand in self._simple if operand >= 0 else type(self._constant(operand)) in _SIMPLE

    def is_flat(self, operand: int) -> bool:
        """Whether ``are_plain`` would say yes."""
        if operand >= 0:
            return operand in self._simple or operand in self._flat
        value = self._constant(operand)
        items = value if isinstance(value, tuple) else ()
        return type(value) in _SIMPLE or (
            type(value) is tuple and len(items) <= _FEW and all(type(i) in _SIMPLE for i in items)
        )

    def unknown_of(self, question: op.Compute) -> tuple[int, ...]:
        """What a question asks about, as far as it is not known to be flat."""
        return tuple(dict.fromkeys(each for each in question.arguments if not self.is_flat(each)))

    def has_answer(self, register: int) -> bool:
        return register in self._answered

    def is_yes(self, register: int) -> bool:
        """Whether the answer in a register is certain."""
        return self._answered[register] == ()

    def after_yes(self, register: int) -> Facts:
        """The facts where the answer in a register was yes."""
        asked = self._answered[register] or ()
        parts = {part for register in asked for part in self._tuples.get(register, ()) if part >= 0}
        return self.facts().learn(parts, asked)

    def cross(self, instruction: Instruction) -> None:
        """Go over an instruction."""
        simple, flat = self._made(instruction)
        asked = self.unknown_of(instruction) if isinstance(instruction, op.Compute) and is_question(instruction) else None
        expression = expression_of(instruction)
        if expression is not None and not all(map(self.is_simple, expression.arguments)):
            expression = None
        if instruction.suspends or self._changes(instruction):
            self._flat.clear()
            self._answered = {register: _aged(about) for register, about in self._answered.items()}
        written = roles.writes(instruction)
        for register in written:
            self._simple.discard(register)
            self._flat.discard(register)
            self._answered.pop(register, None)
            self._answered = {each: None if register in (about or ()) else about for each, about in self._answered.items()}
            for old in [each for each, where in self._held.items() if where == register or register in each.arguments]:
                del self._held[old]
            for whole in [each for each, parts in self._tuples.items() if each == register or register in parts]:
                del self._tuples[whole]
        self._simple.update(simple)
        self._flat.update(flat)
        if asked is not None:
            self._answered[written[0]] = None if written[0] in asked else asked
        if expression is not None:
            self._held.setdefault(expression, written[0])
        match instruction:
            case op.Compute(operation="build_tuple", forms=()) if len(instruction.arguments) <= _FEW:
                if instruction.dst not in instruction.arguments:
                    self._tuples[instruction.dst] = instruction.arguments
            case _:
                pass

    def _changes(self, instruction: Instruction) -> bool:
        """Whether it may change a container."""
        if not isinstance(instruction, op.Compute) or not OPERATIONS[instruction.operation].effect:
            return False
        return not all(map(self.is_simple, instruction.arguments))

    def _made(self, instruction: Instruction) -> tuple[list[int], list[int]]:
        """The registers that an instruction writes and that are simple then, or flat."""
        if instruction.copies:
            pairs = list(zip(roles.writes(instruction), roles.raw_reads(instruction), strict=True))
            simple = [target for target, source in pairs if self.is_simple(source)]
            flat = [target for target, source in pairs if self.is_flat(source)]
            return simple, flat
        if isinstance(instruction, op.Compute) and not any(instruction.forms):
            dst, operation, arguments = instruction.dst, instruction.operation, instruction.arguments
            if self._gives_simple(operation, arguments):
                return [dst], []
        return [], []

    def _gives_simple(self, operation: str, arguments: Sequence[int]) -> bool:
        if operation == "are_plain":
            return True
        if operation in NUMBERS and all(map(self.is_simple, arguments)):
            return True
        if not all(map(self.is_flat, arguments)):
            return False
        return operation in _OF_FLAT or (operation in _WITH_A_NUMBER and any(map(self._is_number, arguments)))

    def _is_number(self, operand: int) -> bool:
        return operand < 0 and type(self._constant(operand)) in (bool, int, float)

    def _constant(self, operand: int) -> object:
        return self._flow.constants[-1 - operand].value


def wanted_at(
    flow: Flow, blocks: Sequence[Block], places: Collection[int], stays: Callable[[int, Expression], bool]
) -> dict[int, Wanted]:
    """What facts could be of use for, at each of some ``places`` (the starts of blocks, and others): questions that are asked
    later, and expressions that are computed later, before their operands change. ``stays`` says of the expression at a place
    whether it is the same again and again."""
    answers = {register for each in flow.code if is_question(each) for register in roles.writes(each)}
    starts: list[frozenset[int | Expression]] = [frozenset()] * len(blocks)
    before: list[list[int]] = [[] for _ in blocks]
    for number, block in enumerate(blocks):
        for successor in block.successors:
            before[successor].append(number)
    found: dict[int, frozenset[int | Expression]] = {}
    waiting = Worklist(range(len(blocks)), highest_first=True)
    while waiting:
        number = waiting.pop()
        block = blocks[number]
        wanted = {each for successor in block.successors for each in starts[successor]}
        for pc in range(block.end - 1, block.start - 1, -1):
            _want(flow.code[pc], wanted, partial(stays, pc))
            if isinstance(flow.code[pc], op.Branch):
                wanted |= answers.intersection(roles.registers_read(flow.code[pc]))
            if pc in places:
                found[pc] = frozenset(wanted)
        if wanted != starts[number]:
            starts[number] = frozenset(wanted)
            for earlier in before[number]:
                waiting.add(earlier)
    return {pc: _sorted_out(wanted) for pc, wanted in found.items()}


def _sorted_out(wanted: frozenset[int | Expression]) -> Wanted:
    registers = frozenset(each for each in wanted if isinstance(each, int))
    return Wanted(registers, frozenset(each for each in wanted if isinstance(each, Expression)))


def _want(instruction: Instruction, wanted: set[int | Expression], stays: Callable[[Expression], bool]) -> None:
    """Go from after an instruction to before it."""
    writes = roles.writes(instruction)
    written = wanted.intersection(writes)
    wanted -= written
    changed = {each for each in wanted if isinstance(each, Expression) and not {*writes}.isdisjoint(each.arguments)}
    wanted -= changed
    expression = expression_of(instruction)
    if expression is not None and stays(expression):
        wanted.add(expression)
        wanted.update(roles.registers_read(instruction))
    if is_question(instruction):
        wanted.update(roles.registers_read(instruction))
    elif instruction.copies:
        pairs = zip(writes, roles.raw_reads(instruction), strict=True)
        wanted.update(source for target, source in pairs if target in written and source >= 0)
    elif written and isinstance(instruction, op.Compute):
        wanted.update(roles.registers_read(instruction))
