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
    """Tuples and dicts that are made in one place of a flow and that nothing changes. What they hold, other than constants, is
    an *entry*, an operand above all registers."""

    def __init__(self, flow: Flow) -> None:
        self.entries: dict[Operand, Entry] = {}
        self.values: dict[int, Value] = {}
        writers: dict[int, list[Instruction]] = {}
        for instruction in flow.code:
            for register in roles.writes(instruction):
                writers.setdefault(register, []).append(instruction)
        for register, made in writers.items():
            if len(made) == 1 and register >= len(flow.parameters) and isinstance(made[0], op.Compute):
                self._add(flow, register, made[0])

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
        if operand < 0:
            return operand
        number = _FIRST_ENTRY + len(self.entries)
        self.entries[number] = Entry(register, key)
        return number


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
