"""The values that `control` follows, and those among them that a whole flow never changes. A part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.opcodes import Instruction

__all__ = ["Entry", "Fixed", "Going", "Items", "Known", "Operand", "Pairs", "Tail", "Value", "operands_of"]

Operand: TypeAlias = int


class Known(NamedTuple):
    """A constant."""

    operand: Operand


class Items(NamedTuple):
    """A tuple, or a list or a pack of the same items."""

    kind: str
    items: tuple[Operand, ...]
    source: int = -1  # the register that holds it


class Pairs(NamedTuple):
    """A dict with texts as keys."""

    items: tuple[tuple[str, Operand], ...]
    source: int = -1


class Going(NamedTuple):
    """A jump."""

    key: str
    data: Operand


class Tail(NamedTuple):
    """A tail call to the flow itself."""

    arguments: tuple[Operand, ...]
    keywords: tuple[tuple[str, Operand], ...]


Value: TypeAlias = Known | Items | Pairs | Going | Tail


class Entry(NamedTuple):
    """An item of what a register holds."""

    register: int
    key: int | str


class Fixed:
    """Tuples and dicts that are made in one place of a flow and that nothing changes. What they hold, other than constants and
    what is in a register for ever, is an *entry*, an operand above all registers."""

    def __init__(self, flow: Flow) -> None:
        self.entries: dict[Operand, Entry] = {}
        self.values: dict[int, Value] = {}
        self._settled: set[int] = set()  # registers that keep what they have from before what is being looked at
        once = _end_of_preamble(flow)
        writers: dict[int, list[int]] = {register: [] for register in range(len(flow.parameters))}
        for pc, instruction in enumerate(flow.code):
            for register in roles.writes(instruction):
                writers.setdefault(register, []).append(pc)
        alone = {register: places[0] for register, places in writers.items() if len(places) == 1}
        settled = {register for register, pc in alone.items() if pc < once} - {*range(len(flow.parameters))}
        settled |= {register for register, places in writers.items() if not places}
        for register, pc in alone.items():
            made = flow.code[pc]
            if register >= len(flow.parameters) and isinstance(made, op.Compute):
                self._settled = settled if pc < once else set()
                self._add(flow, register, made)

    def _add(self, flow: Flow, register: int, made: op.Compute) -> None:
        if made.operation == "build_tuple" and not any(made.forms):
            items = [self._entry(register, number, each) for number, each in enumerate(made.arguments)]
            self.values[register] = Items("tuple", tuple(items), register)
        elif made.operation == "build_dict" and not any(made.forms) and _is_only_passed_on(flow, register):
            keys = [flow.constants[-1 - key].value if key < 0 else None for key in made.arguments[::2]]
            if all(type(key) is str for key in keys) and len({*keys}) == len(keys):
                names = [str(key) for key in keys]
                pairs = [
                    (name, self._entry(register, name, each)) for name, each in zip(names, made.arguments[1::2], strict=True)
                ]
                self.values[register] = Pairs(tuple(pairs), register)

    def _entry(self, register: int, key: int | str, operand: Operand) -> Operand:
        if operand < 0 or operand in self._settled:
            return operand
        number = _FIRST_ENTRY + len(self.entries)
        self.entries[number] = Entry(register, key)
        return number


def _end_of_preamble(flow: Flow) -> int:
    """The first instruction that may run again."""
    again = (label for pc, each in enumerate(flow.code) for label in roles.labels(each) if label <= pc)
    return min(again, default=len(flow.code))


_FIRST_ENTRY = 2**40
_ONLY_READ = ("jump_keywords", "jump_arguments", "bind_call", "[]")


def _is_only_passed_on(flow: Flow, register: int) -> bool:
    """Whether nothing can change the dict in a register, nor in those that it is copied to."""
    same: set[int] = set()
    more = {register}
    while more:
        same |= more
        more = {target for each in flow.code for target, source in _handed_on(each) if source in same} - same
    return all(
        instruction.copies
        or same.isdisjoint(roles.registers_read(instruction))
        or (isinstance(instruction, op.Compute) and instruction.operation in _ONLY_READ)
        or (isinstance(instruction, op.Call) and "**" in instruction.forms)
        for instruction in flow.code
    )


def _handed_on(instruction: Instruction) -> Iterator[tuple[int, int]]:
    """Registers that an instruction writes, and those whose very values they may get."""
    if instruction.copies:
        yield from zip(roles.writes(instruction), roles.raw_reads(instruction), strict=True)
    elif isinstance(instruction, op.Compute) and instruction.operation == "jump_keywords":
        yield from ((instruction.dst, source) for source in instruction.arguments)


def operands_of(value: Value) -> tuple[Operand, ...]:
    """The operands that a value is made of."""
    match value:
        case Known(operand=operand):
            return (operand,)
        case Items(items=items):
            return items
        case Pairs(items=pairs):
            return tuple(each for _, each in pairs)
        case Going(data=data):
            return (data,)
        case Tail(arguments=arguments, keywords=keywords):
            return (*arguments, *(each for _, each in keywords))
