"""Whether each operand of an instruction may be what it is: one rule for each role.

A new opcode is checked by these rules without a line here. What only a certain opcode has to keep is in `opcode_checks`.

Knows one instruction at a time, and the sizes of the tables that it points into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from cascade_vm import limits, opcodes, roles
from cascade_vm.errors import CATCHABLE
from cascade_vm.names import is_public
from cascade_vm.opcodes import SERVICES, Instruction, Role
from cascade_vm.operations import COMPARISONS, OPERATIONS

__all__ = ["Fault", "Sizes", "check_operands", "is_variable"]


class Fault(NamedTuple):
    """A code of CS3xx and a sentence."""

    code: str
    message: str


class Sizes(NamedTuple):
    """How many there are of what an operand can point to."""

    registers: int
    constants: int
    labels: int
    tasks: int
    flows: int


def is_variable(name: str) -> bool:
    """Whether a variable may be called so: an identifier, or one that no program can write, which begins with ``$``."""
    return name.isidentifier() or (name.startswith("$") and ("_" + name[1:].replace("$", "_")).isidentifier())


def check_operands(instruction: Instruction, sizes: Sizes) -> Iterator[Fault]:
    """What is wrong with the operands of ``instruction``, each looked at by itself."""
    for name, role in roles.OPERANDS[type(instruction)]:
        value = getattr(instruction, name)
        if type(value) is tuple and len(value) > limits.OPERANDS:
            yield Fault("CS329", f"{name} has {len(value)} entries; the limit is {limits.OPERANDS}")
            continue
        yield from _RULES[role](name, value, sizes)


_Rule: TypeAlias = Callable[[str, Any, Sizes], Iterator[Fault]]


def _register(name: str, register: int, sizes: Sizes) -> Iterator[Fault]:
    if not 0 <= register < sizes.registers:
        yield Fault("CS320", f"{name} writes register {register}; there are {sizes.registers}")


def _operand(name: str, operand: int, sizes: Sizes) -> Iterator[Fault]:
    if operand >= sizes.registers:
        yield Fault("CS320", f"{name} reads register {operand}; there are {sizes.registers}")
    elif operand < -sizes.constants:
        yield Fault("CS320", f"{name} reads constant {-1 - operand}; there are {sizes.constants}")


def _label(name: str, label: int, sizes: Sizes) -> Iterator[Fault]:
    if not 0 <= label < sizes.labels:
        yield Fault("CS320", f"{name} is instruction {label}; there are {sizes.labels}")


def _task(name: str, task: int, sizes: Sizes) -> Iterator[Fault]:
    if not 0 <= task < sizes.tasks:
        yield Fault("CS320", f"{name} is task {task}; there are {sizes.tasks}")


def _flow(name: str, flow: int, sizes: Sizes) -> Iterator[Fault]:
    if not 0 <= flow < sizes.flows:
        yield Fault("CS320", f"{name} is flow {flow}; there are {sizes.flows}")


def _index(name: str, index: int, sizes: Sizes) -> Iterator[Fault]:
    if not -1 <= index <= limits.OPERANDS:
        yield Fault("CS320", f"{name} is {index}; it goes from -1 to {limits.OPERANDS}")


def _named(what: str, allowed: Callable[[str], bool]) -> _Rule:
    def rule(name: str, value: str, sizes: Sizes) -> Iterator[Fault]:
        if not allowed(value):
            yield Fault("CS326", f"{value[:60]!r} is no {what}")

    return rule


_CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.([^\W\d]\w*|<locals>))*")


def _is_error_name(name: str) -> bool:
    """A built-in error, or ``module:Class``."""
    return name in CATCHABLE or (len(name) <= 500 and _CLASS.fullmatch(name) is not None)


def _each(rule: _Rule) -> _Rule:
    def rule_for_all(name: str, values: tuple[object, ...], sizes: Sizes) -> Iterator[Fault]:
        for value in values:
            yield from rule(name, value, sizes)

    return rule_for_all


def _distinct(name: str, registers: tuple[int, ...], sizes: Sizes) -> Iterator[Fault]:
    yield from _each(_register)(name, registers, sizes)
    if len(set(registers)) < len(registers):
        yield Fault("CS320", f"{name} names a register twice")


def _groups(name: str, groups: tuple[tuple[int, ...], ...], sizes: Sizes) -> Iterator[Fault]:
    for group in groups:
        if len(group) > limits.OPERANDS:
            yield Fault("CS329", f"{name} has a group of {len(group)}; the limit is {limits.OPERANDS}")
        else:
            yield from _each(_operand)(name, group, sizes)


def _branches(name: str, groups: tuple[tuple[int, ...], ...], sizes: Sizes) -> Iterator[Fault]:
    for branch, group in enumerate(groups):
        if len(group) > limits.OPERANDS:
            yield Fault("CS329", f"{name} has a group of {len(group)}; the limit is {limits.OPERANDS}")
        elif any(not 0 <= other < branch for other in group):
            yield Fault("CS320", f"{name} of branch {branch} are not all branches before it")


def _forms(name: str, forms: tuple[str, ...], sizes: Sizes) -> Iterator[Fault]:
    """In an order that Python has for arguments: positions before keywords, ``*`` before ``**``."""
    seen: set[str] = set()
    for form in forms:
        if form in ("", "*"):
            if "**" in seen or (form == "" and seen - {"", "*"}):
                yield Fault("CS323", f"an argument {'by position' if not form else 'spread'} comes too late")
        elif form != "**" and not form.isidentifier():
            yield Fault("CS323", f"{form[:60]!r} is no keyword")
        elif form != "**" and form in seen:
            yield Fault("CS323", f"the keyword {form[:60]!r} is there twice")
        seen.add(form)


_RULES: dict[Role, _Rule] = {
    opcodes.WRITES: _register,
    opcodes.WRITES_MANY: _distinct,
    opcodes.READS: _operand,
    opcodes.READS_MANY: _each(_operand),
    opcodes.READS_RAW: _operand,
    opcodes.READS_RAW_MANY: _each(_operand),
    opcodes.LABEL: _label,
    opcodes.LABELS: _each(_label),
    opcodes.OPERATION: _named("operation", OPERATIONS.__contains__),
    opcodes.COMPARISON: _named("comparison", COMPARISONS.__contains__),
    opcodes.SERVICE: _named("service", SERVICES.__contains__),
    opcodes.NAME: _named("variable", is_variable),
    opcodes.TITLE: _named("name to show", lambda name: len(name) <= 500 and name.isprintable()),
    opcodes.PUBLIC: _named("public attribute or method", is_public),
    opcodes.ERRORS: _each(_named("error that programs can name", _is_error_name)),
    opcodes.FORMS: _forms,
    opcodes.TASK: _task,
    opcodes.FLOW: _flow,
    opcodes.FLOWS: _each(_flow),
    opcodes.GROUPS: _groups,
    opcodes.BRANCHES: _branches,
    opcodes.INDEX: _index,
}
