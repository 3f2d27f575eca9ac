"""Code as one list of numbers: for each instruction the number of its opcode and its operands.

A number is itself, a name is its index in a table of texts, and a tuple is its length and its items.

Knows the shapes of operands, not what they are for, and no opcode by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cascade_vm import roles
from cascade_vm.opcodes import OPCODES, Instruction
from cascade_vm.roles import Shape

__all__ = ["code_to_numbers", "numbers_to_code"]

_SHAPES: dict[type[Instruction], tuple[tuple[str, Shape], ...]] = {
    kind: tuple((name, roles.SHAPES[role]) for name, role in operands) for kind, operands in roles.OPERANDS.items()
}
_ONLY_NUMBERS: dict[type[Instruction], int | None] = {
    kind: len(shapes) if all(shape is Shape.NUMBER for _, shape in shapes) else None for kind, shapes in _SHAPES.items()
}


def code_to_numbers(code: Iterable[Instruction], text: Callable[[str], int]) -> list[int]:
    """The numbers of ``code``; ``text`` gives the index of a text."""
    numbers: list[int] = []
    for instruction in code:
        kind = type(instruction)
        numbers.append(roles.NUMBERS[kind])
        for name, _ in _SHAPES[kind]:
            _write(getattr(instruction, name), numbers, text)
    return numbers


def _write(value: int | str | tuple[object, ...], numbers: list[int], text: Callable[[str], int]) -> None:
    if isinstance(value, int):
        numbers.append(value)
    elif isinstance(value, str):
        numbers.append(text(value))
    else:
        numbers.append(len(value))
        for item in value:
            assert isinstance(item, int | str | tuple)
            _write(item, numbers, text)


def numbers_to_code(numbers: Sequence[int], text: Callable[[int], str]) -> tuple[Instruction, ...]:
    """The inverse of `code_to_numbers`. `ValueError` or `IndexError` for numbers that are not code."""
    code: list[Instruction] = []
    at, end = 0, len(numbers)
    while at < end:
        number = numbers[at]
        if not 0 <= number < len(OPCODES):
            raise ValueError(f"there is no opcode {number}")
        kind = OPCODES[number]
        at += 1
        count = _ONLY_NUMBERS[kind]
        if count is not None:  # half of all code, and three times as fast
            operands: Sequence[object] = numbers[at : at + count]
            if len(operands) != count:
                raise ValueError("the code is cut short")
            at += count
        else:
            operands, at = _operands(kind, numbers, at, text)
        code.append(kind(*operands))
    return tuple(code)


def _operands(kind: type[Instruction], numbers: Sequence[int], at: int, text: Callable[[int], str]) -> tuple[list[object], int]:
    operands: list[object] = []
    for _, shape in _SHAPES[kind]:
        value: object
        match shape:
            case Shape.NUMBER:
                value, at = numbers[at], at + 1
            case Shape.TEXT:
                value, at = text(numbers[at]), at + 1
            case Shape.NUMBERS:
                value, at = _several(numbers, at)
            case Shape.TEXTS:
                indices, at = _several(numbers, at)
                value = tuple(map(text, indices))
            case Shape.GROUPS:
                value, at = _groups(numbers, at)
        operands.append(value)
    return operands, at


def _several(numbers: Sequence[int], at: int) -> tuple[tuple[int, ...], int]:
    start = at + 1
    end = start + numbers[at]
    if not start <= end <= len(numbers):
        raise ValueError("an operand is cut short")
    return tuple(numbers[start:end]), end


def _groups(numbers: Sequence[int], at: int) -> tuple[tuple[tuple[int, ...], ...], int]:
    groups: list[tuple[int, ...]] = []
    count, at = numbers[at], at + 1
    if not 0 <= count <= len(numbers) - at:
        raise ValueError("an operand is cut short")
    for _ in range(count):
        group, at = _several(numbers, at)
        groups.append(group)
    return tuple(groups), at
