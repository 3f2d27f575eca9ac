"""What the operands of each opcode are for, read once from the annotations in `opcodes`, and what follows from that.

Everything that handles instructions without running them (listing, bytes, JSON, verifier, passes, reference table) goes
through here, so a new opcode needs no change in any of them.

What an instruction writes is written when it falls through to the next one. A jump or an error leaves the registers as
they were. (`Next` writes its item only while there is one.)

This file knows which operand is a register, but no opcode by name, and no values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from operator import attrgetter
from typing import NamedTuple, TypeAlias, cast

from cascade_vm import opcodes
from cascade_vm.opcodes import OPCODES, Instruction, Role

__all__ = [
    "MNEMONICS", "NUMBERS", "OPCODE_CALLED", "OPERANDS", "SHAPES", "Operand", "Shape", "constants_read", "flows_named",
    "labels", "mnemonic", "plain_reads", "raw_reads", "reads", "registers_read", "relabel", "rename",
    "renumber_constants", "renumber_flows", "renumber_tasks", "successors", "tasks_named", "writes",
]  # fmt: skip

Map: TypeAlias = Callable[[int], int]


class Shape(Enum):
    """What the value of an operand is made of."""

    NUMBER = "int"
    TEXT = "str"
    NUMBERS = "tuple[int, ...]"
    TEXTS = "tuple[str, ...]"
    GROUPS = "tuple[tuple[int, ...], ...]"


class Operand(NamedTuple):
    """One operand of an opcode: the field that holds it, and what it is for."""

    name: str
    role: Role


def _shape(origin: type) -> Shape:
    return Shape(origin.__name__ if origin in (int, str) else str(origin))


def _operands(kind: type[Instruction]) -> tuple[Operand, ...]:
    """Resolved by hand: `typing.get_type_hints` on all opcodes takes 2.5 ms of every start, this takes 0.1."""
    found = []
    for name in kind.__struct_fields__:
        annotation = getattr(opcodes, kind.__annotations__[name])
        (role,) = annotation.__metadata__
        found.append(Operand(name, role))
    return tuple(found)


OPERANDS: dict[type[Instruction], tuple[Operand, ...]] = {kind: _operands(kind) for kind in OPCODES}
"""The operands of each opcode, in the order of its fields."""

SHAPES: dict[Role, Shape] = {
    annotation.__metadata__[0]: _shape(annotation.__origin__)
    for annotation in vars(opcodes).values()
    if isinstance(getattr(annotation, "__metadata__", (None,))[0], Role)
}
"""The shape of the operands of each role, from the annotations."""

REQUIRED: dict[type[Instruction], int] = {kind: len(kind.__struct_fields__) - len(kind.__struct_defaults__) for kind in OPCODES}
"""How many operands of each opcode have no default; these are the first."""

MNEMONICS: dict[type[Instruction], str] = {kind: re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in OPCODES}
"""``call_flow`` for `CallFlow`: what listings call an opcode."""

OPCODE_CALLED: dict[str, type[Instruction]] = {name: kind for kind, name in MNEMONICS.items()}
NUMBERS: dict[type[Instruction], int] = {kind: number for number, kind in enumerate(OPCODES)}


def mnemonic(instruction: Instruction) -> str:
    """What listings call the instruction's opcode."""
    return MNEMONICS[type(instruction)]


# --- the operands of an instruction that share a purpose ------------------------------------------------------------

_Plan: TypeAlias = dict[type[Instruction], tuple[tuple[str, int], ...]]
"""For each opcode the fields that serve a purpose, each with its depth: 0 a number, 1 a tuple, 2 a tuple of tuples."""


def _plan(*by_depth: tuple[Role, ...]) -> _Plan:
    depths = {role: depth for depth, roles in enumerate(by_depth) for role in roles}
    return {
        kind: tuple((name, depths[role]) for name, role in operands if role in depths) for kind, operands in OPERANDS.items()
    }


_PLAIN = _plan((opcodes.READS,), (opcodes.READS_MANY,))
_RAW = _plan((opcodes.READS_RAW,), (opcodes.READS_RAW_MANY,), (opcodes.GROUPS,))
_READS = _plan(
    (opcodes.READS, opcodes.READS_RAW), (opcodes.READS_MANY, opcodes.READS_RAW_MANY), (opcodes.GROUPS,)
)  # fmt: skip
_WRITES = _plan((opcodes.WRITES,), (opcodes.WRITES_MANY,))
_LABELS = _plan((opcodes.LABEL,), (opcodes.LABELS,))
_FLOWS = _plan((opcodes.FLOW,), (opcodes.FLOWS,))
_TASKS = _plan((opcodes.TASK,))


_Collector: TypeAlias = Callable[[Instruction], tuple[int, ...]]


def _collectors(plan: _Plan) -> dict[type[Instruction], _Collector]:
    return {kind: _collector(planned) for kind, planned in plan.items()}


def _collector(planned: tuple[tuple[str, int], ...]) -> _Collector:
    """What collects the numbers of some fields. One or two plain fields are read without a loop: the passes ask a million
    times for a program of 10,000 lines, and this takes a third of the time."""
    names, depths = [name for name, _ in planned], [depth for _, depth in planned]
    if not names:
        return lambda instruction: ()
    if depths == [1] or (len(names) > 1 and not any(depths)):
        return cast(_Collector, attrgetter(*names))
    if depths == [0]:
        get: Callable[[Instruction], int] = attrgetter(names[0])
        return lambda instruction: (get(instruction),)
    return lambda instruction: _collect(planned, instruction)


def _collect(planned: tuple[tuple[str, int], ...], instruction: Instruction) -> tuple[int, ...]:
    found: tuple[int, ...] = ()
    for name, depth in planned:
        value = getattr(instruction, name)
        if depth == 0:
            found += (value,)
        elif depth == 1:
            found += value
        else:
            found += tuple(number for group in value for number in group)
    return found


_PLAIN_OF, _RAW_OF, _READS_OF = _collectors(_PLAIN), _collectors(_RAW), _collectors(_READS)
_WRITES_OF, _LABELS_OF = _collectors(_WRITES), _collectors(_LABELS)


def plain_reads(instruction: Instruction) -> tuple[int, ...]:
    """Operands read that must hold a value: registers, and constants as negative numbers."""
    return _PLAIN_OF[type(instruction)](instruction)


def raw_reads(instruction: Instruction) -> tuple[int, ...]:
    """Operands read that may hold `UNBOUND`: registers, and constants as negative numbers."""
    return _RAW_OF[type(instruction)](instruction)


def reads(instruction: Instruction) -> tuple[int, ...]:
    """All operands read, in the order of the fields: registers, and constants as negative numbers."""
    return _READS_OF[type(instruction)](instruction)


def registers_read(instruction: Instruction) -> tuple[int, ...]:
    """The registers read, plain or raw."""
    found = _READS_OF[type(instruction)](instruction)
    for operand in found:
        if operand < 0:
            return tuple([operand for operand in found if operand >= 0])
    return found


def constants_read(instruction: Instruction) -> tuple[int, ...]:
    """Indices of the constants read."""
    return tuple([-1 - operand for operand in _READS_OF[type(instruction)](instruction) if operand < 0])


def writes(instruction: Instruction) -> tuple[int, ...]:
    """The registers written when the instruction falls through."""
    return _WRITES_OF[type(instruction)](instruction)


def labels(instruction: Instruction) -> tuple[int, ...]:
    """Where it may jump to."""
    return _LABELS_OF[type(instruction)](instruction)


def flows_named(instruction: Instruction) -> tuple[int, ...]:
    """Indices of the flows it calls."""
    return _collect(_FLOWS[type(instruction)], instruction)


def tasks_named(instruction: Instruction) -> tuple[int, ...]:
    """Indices of the tasks it calls."""
    return _collect(_TASKS[type(instruction)], instruction)


def successors(instruction: Instruction, pc: int) -> tuple[int, ...]:
    """Where control may go from the instruction at ``pc``, errors aside; the next instruction first."""
    if instruction.ends_block:
        return labels(instruction)
    return (pc + 1, *labels(instruction))


# --- the same instruction with other operands -----------------------------------------------------------------------


def _mapped(value: object, depth: int, change: Map) -> object:
    if depth == 0:
        assert isinstance(value, int)
        return change(value)
    assert isinstance(value, tuple)
    return tuple(_mapped(item, depth - 1, change) for item in value)


def _changed(instruction: Instruction, *changes: tuple[_Plan, Map]) -> Instruction:
    """The instruction with operands changed; the very same object when none did."""
    kind = type(instruction)
    new: dict[str, object] = {}
    for plan, change in changes:
        for name, depth in plan[kind]:
            old = getattr(instruction, name)
            value = _mapped(old, depth, change)
            if value != old:
                new[name] = value
    if not new:
        return instruction
    values = [new[name] if name in new else getattr(instruction, name) for name, _ in OPERANDS[kind]]
    return kind(*values)


def rename(instruction: Instruction, reads: Map, writes: Map) -> Instruction:
    """The instruction with its registers renamed; ``reads`` may give a constant (a negative operand).

    Both are asked about registers only; constants that the instruction reads stay as they are.
    """
    return _changed(instruction, (_READS, lambda operand: reads(operand) if operand >= 0 else operand), (_WRITES, writes))


def renumber_constants(instruction: Instruction, number: Map) -> Instruction:
    """The instruction over a table of constants in another order: ``number`` gives the new index of an old one."""

    def change(operand: int) -> int:
        return operand if operand >= 0 else -1 - number(-1 - operand)

    return _changed(instruction, (_READS, change))


def relabel(instruction: Instruction, label: Map) -> Instruction:
    """The instruction in code whose instructions moved: ``label`` gives the new index of an old one."""
    return _changed(instruction, (_LABELS, label))


def renumber_flows(instruction: Instruction, number: Map) -> Instruction:
    """The instruction in a program whose flows moved."""
    return _changed(instruction, (_FLOWS, number))


def renumber_tasks(instruction: Instruction, number: Map) -> Instruction:
    """The instruction in a program whose tasks moved."""
    return _changed(instruction, (_TASKS, number))
