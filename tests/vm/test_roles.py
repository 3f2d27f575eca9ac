"""Operand roles, and the generic functions over them."""

from __future__ import annotations

import typing

import pytest
from cascade_vm import opcodes, roles
from cascade_vm.opcodes import OPCODES, Call, CallFlow, Fork, Instruction, Jump, Move, Next, Restore, Switch
from hypothesis import given
from support.blueprints import ANY_INSTRUCTION


@pytest.mark.parametrize("kind", OPCODES)
def test_roles_are_those_of_the_annotations(kind: type[Instruction]) -> None:
    """`roles` resolves annotations by hand; `typing` agrees."""
    hints = typing.get_type_hints(kind, include_extras=True)
    expected = [(name, hint.__metadata__[0]) for name, hint in hints.items() if typing.get_origin(hint) is typing.Annotated]
    assert [tuple(operand) for operand in roles.OPERANDS[kind]] == expected


def test_numbers_of_opcodes_do_not_move() -> None:
    """Numbers are part of the file format: this list only grows, at its end."""
    assert [roles.MNEMONICS[kind] for kind in OPCODES] == [
        "copy", "move", "compute", "pack", "unpack", "attribute", "clear", "bound", "check", "iterate", "next",
        "jump", "branch", "test", "switch", "return", "fail", "reraise", "match",
        "call", "method", "request", "call_flow", "tail_call", "fork", "map", "restore", "close", "invoke",
    ]  # fmt: skip


def test_what_instructions_read_and_write() -> None:
    """Registers and constants, plain and raw, through tuples and groups."""
    fork = Fork(1, (0, 2), ((2, -3), (4,)), -1)
    assert roles.writes(fork) == (1,)
    assert roles.plain_reads(fork) == (-1,)
    assert roles.raw_reads(fork) == (2, -3, 4)
    assert roles.reads(fork) == (2, -3, 4, -1)
    assert roles.registers_read(fork) == (2, 4)
    assert roles.constants_read(fork) == (2, 0)
    assert roles.flows_named(fork) == (0, 2)
    assert roles.tasks_named(Call(0, 7, (), (), -1)) == (7,)
    assert roles.labels(Switch(0, (3, 4), 5)) == (3, 4, 5)


def test_successors() -> None:
    """The next instruction unless the block ends, and every label."""
    assert roles.successors(Next(0, 1, 9), 3) == (4, 9)
    assert roles.successors(Jump(2), 3) == (2,)
    assert roles.successors(Restore((1,), 0, 0), 3) == (4,)


def test_renaming() -> None:
    """Registers only; a read may become a constant."""
    move = Move((1, 2), (2, -1))
    assert roles.rename(move, lambda r: -9 if r == 2 else r, lambda r: r + 10) == Move((11, 12), (-9, -1))
    assert roles.renumber_constants(move, lambda c: c + 5) == Move((1, 2), (2, -6))
    assert roles.relabel(Switch(0, (3, 4), 5), lambda pc: pc * 2) == Switch(0, (6, 8), 10)
    assert roles.renumber_flows(CallFlow(0, 1, (1,), -1), lambda flow: flow + 1) == CallFlow(0, 2, (1,), -1)
    assert roles.renumber_tasks(Call(0, 1, (1,), (), -1), lambda task: task + 1) == Call(0, 2, (1,), (), -1)


@given(ANY_INSTRUCTION)
def test_changing_nothing_gives_the_same_object(instruction: Instruction) -> None:
    """So that passes can tell by identity whether they did something."""

    def same(number: int) -> int:
        return number

    assert roles.rename(instruction, same, same) is instruction
    assert roles.relabel(instruction, same) is instruction
    assert roles.renumber_constants(instruction, same) is instruction


def test_every_role_has_a_shape() -> None:
    """The codec, the listing and the JSON twin read operands by their shapes."""
    found = {value for value in vars(opcodes).values() if isinstance(value, opcodes.Role)}
    assert set(roles.SHAPES) == found
