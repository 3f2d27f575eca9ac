"""How generated code names what an instruction reads and writes, and what every program's code has in common.

Registers are locals, small constants are constants, all else is a global of the generated code under a name of ours. What has
no rule of its own is the cell that tier 0 runs, over a list of what it reads in the place of a frame.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cascade_vm import cells, linker, roles
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Flow
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.positions import AWAITS, RUNS
from cascade_vm.generated.syntax import assign, await_, branch, call, constant, is_, is_type, items, load, mark, run
from cascade_vm.linker import Image

__all__ = ["DIRECT", "DIRECT_WAITS", "HOST", "HOST_WAITS", "Operands", "Program", "Scope"]

DIRECT, DIRECT_WAITS, HOST, HOST_WAITS = "direct", "direct waits", "host", "host waits"
"""How a task is called: as the function that it is, or by the host; and whether that has to be awaited."""

_LITERAL = (type(None), bool, int, float, complex, str, bytes)


@dataclass(slots=True)
class Scope:
    """The globals of generated code: ours alone, closed. Equal objects get one name."""

    values: dict[str, Any] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def name_of(self, value: object, prefix: str = "f") -> str:
        found = self._names.get(id(value))
        if found is None:
            found = self._names[id(value)] = f"{prefix}{len(self.values)}"
            self.values[found] = value
        return found


@dataclass(frozen=True, slots=True)
class Program:
    """What all generated code of a program shares. ``careful``: turns are counted one by one, and calls are told."""

    image: Image
    scope: Scope
    calls: tuple[str, ...]
    waiting: frozenset[int]
    careful: bool
    jumps: bool
    """Tasks of it answer with jumps."""
    again: tuple[str, ...]
    """The keywords that the tail calls of its tasks usually have."""
    bases: tuple[int, ...]
    """The number before that of each flow's first instruction."""

    def number(self, flow: int, pc: int) -> int:
        return self.bases[flow] + pc + 1


class Operands:
    """The instruction that is being written, of a function that may await if it ``waits``."""

    def __init__(self, program: Program, iterators: dict[int, Iterators], waits: bool) -> None:
        self.program = program
        self.scope = program.scope
        self.iterators = iterators
        self.waits = waits
        self.flow: Flow
        self.index = 0
        self.pc = self.end = 0
        self.guarded = False
        self.texts: set[int] = set()
        """Registers that hold texts for certain, in the node that is being written."""

    # --- operands ---

    def at(self, flow: int, pc: int) -> op.Instruction:
        """Go to an instruction."""
        self.index, self.pc, self.guarded = flow, pc, False
        self.flow = self.program.image.blueprint.flows[flow]
        return self.flow.code[pc]

    def mark(self, body: list[ast.stmt], phase: int = RUNS) -> list[ast.stmt]:
        return mark(body, self.program.number(self.index, self.pc) + 1, phase)

    def register(self, number: int) -> str:
        return f"r{self.index}_{number}"

    def read(self, operand: int) -> ast.expr:
        if operand >= 0:
            return load(self.register(operand))
        value = self.flow.constants[-1 - operand].value
        return constant(value) if type(value) in _LITERAL else load(self.scope.name_of(value, "k"))

    def read_all(self, operands: Sequence[int]) -> list[ast.expr]:
        return [self.read(operand) for operand in operands]

    def write(self, register: int, value: ast.expr) -> list[ast.stmt]:
        return [assign(self.register(register), value)]

    def calling(self, function: object, *arguments: ast.expr) -> ast.expr:
        return call(self.scope.name_of(function), *arguments)

    def is_iterator(self, register: int, pc: int) -> bool:
        return self.iterators[self.index].holds(register, pc)

    def iterator(self, register: int) -> tuple[str, str]:
        """The locals of an iterator: itself, and what it goes over."""
        return f"i{self.index}_{register}", f"o{self.index}_{register}"

    def bounded(self, register: int) -> str:
        """The local that says whether an iterator has few items, and no more of them later."""
        return f"m{self.index}_{register}"

    def before(self, value: ast.expr) -> ast.expr:
        """An expression that runs before the rest of its statement does."""
        self.mark([run(value)])
        return value

    def settled(self, local: str) -> list[ast.stmt]:
        """What to do with an answer that may be a `Pending`."""
        if self.waits:
            waited = self.mark([assign(local, await_(ast.Attribute(load(local), "awaitable", ast.Load())))], AWAITS)
        else:
            waited = self.mark([run(call("leave_waiting", load(local)))], RUNS)
        return branch(is_type(load(local), "Pending"), waited, [])

    def entering(self, flow: int, arguments: Sequence[int]) -> ast.expr:
        """A call of a generated function."""
        deeper = ast.BinOp(load("depth"), ast.Add(), constant(1))
        made = call(f"c{flow}", load("s"), deeper, *self.read_all(arguments))
        return await_(made) if flow in self.program.waiting else made

    def turn(self, edge: int = -1) -> list[ast.stmt]:
        """Count a turn, where that is done one by one; ``edge`` is that of the label it goes to."""
        if not self.program.careful:
            return []
        left = ast.Attribute(load("s"), "left", ast.Load())
        none = ast.Compare(left, [ast.LtE()], [constant(0)])
        pay = self.mark(branch(none, [run(call("out_of_turns", load("s"), constant(edge)))], []))
        spent = ast.AugAssign(ast.Attribute(load("s"), "left", ast.Store()), ast.Sub(), constant(1))
        return [*pay, *self.mark([spent])]

    def cell(self, i: op.Instruction) -> list[ast.stmt]:
        """The instruction's cell, over a list of what it reads."""
        places = _Places(self, i)
        kind, function, x, y, dst, _ = places.cell
        known = {value: key for key, value in places.slots.items()}
        given = [self.read(known[slot]) if slot in known else constant(None) for slot in range(places.size)]
        extra = [self.fixed(x), self.fixed(y)]
        written = roles.writes(i)
        name = load(self.scope.name_of(function))
        if kind == cells.HOST:
            (target,) = written
            made = [assign("v", call(name, load("s"), items(*given), *extra)), *self.settled("v")]
            if isinstance(i, op.Invoke | op.Method):
                made[1:1] = branch(is_(load("v"), load("ENTERS")), [run(call("leave_entering"))], [])
            return [*made, *self.write(target, load("v"))]
        if kind == cells.PLAIN:
            made = [assign("w", items(*given)), run(call(name, load("w"), *extra, self.fixed(dst)))]
            read = [ast.Subscript(load("w"), constant(places.writes[target]), ast.Load()) for target in written]
            return [*made, *(assign(self.register(target), value) for target, value in zip(written, read, strict=True))]
        raise AssertionError(f"an instruction without a rule: {i}")

    def fixed(self, value: object) -> ast.expr:
        """A part of a cell."""
        return constant(value) if value is None or type(value) is int else load(self.scope.name_of(value, "x"))


class _Places:
    """Stands in for the linker's work on a flow: operands are places in a short list."""

    def __init__(self, operands: Operands, i: op.Instruction) -> None:
        self.image = operands.program.image
        self.flow = operands.flow
        self.linked = linker.LinkedFlow.__new__(linker.LinkedFlow)
        self.linked.cells, self.linked.pcs = [], {}
        self.slots: dict[int, int] = {}
        self.writes: dict[int, int] = {}
        for operand in roles.reads(i):
            self.slots.setdefault(operand, len(self.slots))
        self.size = len(self.slots)
        for register in roles.writes(i):
            self.writes.setdefault(register, self.size)
            self.size += 1
        moved = roles.rename(i, lambda register: self.slots[register], lambda register: self.writes[register])
        self.cell = linker.LINKS[type(i)](self, operands.pc, moved)  # type: ignore[arg-type]

    def read(self, operand: int) -> int:
        return operand if operand >= 0 else self.slots[operand]

    def read_all(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([self.read(operand) for operand in operands])

    def cell_at(self, target: int) -> None:
        return None

    def site(self, pc: int, target: str) -> object:
        return self.image.site(self.flow, pc, target)
