"""How generated code names what an instruction reads and writes, and what every program's code has in common.

Registers are locals, small constants are constants, all else is a global of the generated code under a name of ours. What has
no rule of its own is the cell that tier 0 runs, over a list of what it reads in the place of a frame.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from cascade_vm import cells, roles
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Flow
from cascade_vm.functions import Template
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.folding import Waiting, as_value, taken, written_down
from cascade_vm.generated.graph import Key
from cascade_vm.generated.kinds import Kinds
from cascade_vm.generated.liveness import Liveness
from cascade_vm.generated.lone_cells import LoneCell
from cascade_vm.generated.passing import has_loops, runs_through
from cascade_vm.generated.positions import AWAITS, RUNS
from cascade_vm.generated.program import Program
from cascade_vm.generated.scope import Scope
from cascade_vm.generated.syntax import assign, await_, branch, call, constant, is_, is_type, items, load, mark, run

__all__ = ["Begun", "Operands"]

_Node = TypeVar("_Node", ast.stmt, ast.expr)
_LITERAL = (type(None), bool, int, float, complex, str, bytes)


class Begun(NamedTuple):
    """How a loop begins. ``few`` are the conditions under which it is over few items: it is one over the value itself then,
    ``over``; ``first`` makes an iterator. ``fixed``: the value does not grow while the loop runs."""

    few: list[ast.expr]
    over: ast.expr
    first: list[ast.stmt]
    fixed: bool


class Operands:
    """The instruction that is being written, of a function that may await if it ``waits``."""

    def __init__(self, program: Program, scope: Scope, iterators: dict[int, Iterators], waits: bool) -> None:
        self.program = program
        self.scope = scope
        self.iterators = iterators
        self.waits = waits
        self.flow: Flow
        self.index = 0
        self.pc = self.end = 0
        self.guarded = False
        self.texts: set[int] = set()
        """Registers that hold texts for certain, in the node that is being written."""
        self.is_text = False
        """Whether the instruction gives a text for certain."""
        self.bound: set[int] = set()
        """Registers that are known not to be unbound, though an instruction of the node asks."""
        self.passing: set[int] = set()
        """Registers that hold iterators of Python's own until they are read (`cascade_vm.generated.passing`)."""
        self.passed: dict[Key, set[int]] = {}
        """All registers that have held such iterators, by the nodes in which they did."""
        self.passes = False
        """Whether the instruction gives such an iterator."""
        self.waiting: list[Waiting] = []
        self.settled_first: list[ast.stmt] = []
        """What has to be done before the instruction, of what waited."""
        self.size = 0
        """Instructions that the expression is of that is being written."""
        self.closes: dict[int, int] = {}
        """Functions that are made where they are read: the instructions that would make them, by registers."""
        self.short: set[tuple[int, int]] = set()
        """The instructions that begin loops which may need no turns, by flow."""
        self.node: Key = (0, 0, ())
        """The node that is being written."""
        self.leading: dict[Key, tuple[int, Key]] = {}
        """The instructions that begin loops which follow at once, and the heads of these, by nodes."""
        self.begun: dict[Key, Begun] = {}
        """How such loops begin, by their heads."""
        self._liveness: dict[int, Liveness] = {}
        self._kinds: dict[int, Kinds] = {}

    # --- operands ---

    def at(self, flow: int, pc: int) -> op.Instruction:
        """Go to an instruction."""
        self.index, self.pc, self.guarded = flow, pc, False
        self.flow = self.program.image.blueprint.flows[flow]
        return self.flow.code[pc]

    def mark(self, body: list[_Node], phase: int = RUNS) -> list[_Node]:
        return mark(body, self.program.number(self.index, self.pc) + 1, phase)

    def register(self, number: int) -> str:
        return f"r{self.index}_{number}"

    def read(self, operand: int) -> ast.expr:
        if operand >= 0:
            return self._closed(self.closes[operand]) if operand in self.closes else load(self.register(operand))
        index = -1 - operand
        value = self.flow.constants[index].value
        if type(value) in _LITERAL:
            return constant(value)
        return load(self.scope.name_of(value, "k", ("constant", self.index, index)))

    # --- values that wait for their reader (`cascade_vm.generated.folding`) ---

    def take(self, operands: Sequence[int], slices: bool = False) -> list[ast.expr]:
        """Operands, read once each and in this order; ``slices``: all but the first may be a slice in brackets."""
        last = taken(self.waiting, operands)
        if last is None:
            self.settled_first += self.write_down()
            last = []
        del self.waiting[len(self.waiting) - len(last) :]
        values = {each.register: each.value for each in last}
        self.size += sum(each.size for each in last)
        found = [values.get(operand) or self.read(operand) for operand in operands]
        return found if slices else [as_value(each) for each in found]

    def write_down(self) -> list[ast.stmt]:
        """All that wait become what their registers hold."""
        written = [written_down(self.register(each.register), each) for each in self.waiting]
        self.pass_on(each.register for each in self.waiting if each.passes)
        self.waiting.clear()
        return written

    def pass_on(self, registers: Iterable[int]) -> None:
        """Registers hold iterators that pass."""
        new = set(registers)
        self.passing |= new
        self.passed.setdefault(self.node, set()).update(new)

    def _closed(self, pc: int) -> ast.expr:
        """A function as a built-in function may call it. In one that has loops nobody else gets a turn."""
        i = self.flow.code[pc]
        assert isinstance(i, op.Close)
        flow, code = self.program.image.blueprint.flows[i.flow], load(f"q{i.flow}")
        own = load(self.register(i.dst))  # what it captures may lie where the function would
        captured = [own if each == i.dst else self.read(each) for each in i.captured]
        if not runs_through(flow):
            return call("called_aside", load("s"), code, *captured)
        machine = ast.Attribute(load("s"), "machine", ast.Load())
        strand = call(ast.Attribute(machine, "aside", ast.Load())) if has_loops(flow) else load("s")
        return call("partial", code, strand, constant(0), *captured)

    def read_all(self, operands: Sequence[int]) -> list[ast.expr]:
        return [self.read(operand) for operand in operands]

    def write(self, register: int, value: ast.expr) -> list[ast.stmt]:
        return [assign(self.register(register), value)]

    def calling(self, function: object, *arguments: ast.expr) -> ast.expr:
        return call(self.scope.name_of(function), *arguments)

    def site(self, target: str) -> ast.expr:
        """The call that the instruction is."""
        site = self.program.image.site(self.flow, self.pc, target)
        return load(self.scope.name_of(site, "x", ("site", self.index, self.pc, target)))

    def is_iterator(self, register: int, pc: int) -> bool:
        return self.iterators[self.index].holds(register, pc)

    def liveness(self) -> Liveness:
        """That of the flow at hand."""
        found = self._liveness.get(self.index)
        if found is None:
            found = self._liveness[self.index] = Liveness(self.flow, self.iterators[self.index].plan)
        return found

    def kind(self, operand: int) -> type | None:
        """The exact type of what the instruction reads there, if it is known."""
        found = self._kinds.get(self.index)
        if found is None:
            found = self._kinds[self.index] = Kinds(self.flow, self.iterators[self.index].plan)
        return found.kind(operand, self.pc)

    def iterator(self, register: int) -> tuple[str, str]:
        """The locals of an iterator: itself, and what it goes over."""
        return f"i{self.index}_{register}", f"o{self.index}_{register}"

    def begins(self, pc: int) -> bool:
        """Whether an instruction may leave it to the loop how that begins."""
        return self.node in self.leading and self.leading[self.node][0] == pc

    def begin(self, begun: Begun) -> None:
        self.begun[self.leading[self.node][1]] = begun

    def kept(self, register: int) -> str:
        """The local of what a loop goes over that may make no iterator."""
        return f"n{self.index}_{register}"

    def bounded(self, register: int) -> str:
        """The local that is False unless an iterator has few items; else what has to stay as it is for that, or True."""
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
        lone = LoneCell(self.program.image, self.index, self.pc)
        known = {value: key for key, value in lone.slots.items()}
        given = [self.read(known[slot]) if slot in known else constant(None) for slot in range(lone.size)]
        kind, function, *_ = lone.cell
        name = load(self.scope.name_of(function))
        written = roles.writes(i)
        if kind == cells.HOST:
            (target,) = written
            if isinstance(i, op.Close):  # which waits for nobody
                return self.write(target, self._function(i, lone.cell[2].template))
            made = [assign("v", call(name, load("s"), items(*given), self.part(lone, 2), self.part(lone, 3)))]
            made += self.settled("v")
            if isinstance(i, op.Invoke | op.Method):
                made[1:1] = branch(is_(load("v"), load("ENTERS")), [run(call("leave_entering"))], [])
            return [*made, *self.write(target, load("v"))]
        if kind == cells.PLAIN:
            made = [assign("w", items(*given)), run(call(name, load("w"), *[self.part(lone, part) for part in (2, 3, 4)]))]
            read = [ast.Subscript(load("w"), constant(lone.writes[target]), ast.Load()) for target in written]
            return [*made, *(assign(self.register(target), value) for target, value in zip(written, read, strict=True))]
        raise AssertionError(f"an instruction without a rule: {i}")

    def _function(self, i: op.Close, template: Template) -> ast.expr:
        """A function that an instruction makes."""
        machine = ast.Attribute(load("s"), "machine", ast.Load())
        made = load(self.scope.name_of(template, "x", ("template", self.index, self.pc)))
        captured = ast.Tuple(self.read_all(i.captured), ast.Load())
        return call("Function", machine, made, captured, constant(template.plain), load(f"g{i.flow}"), constant(template.title))

    def function(self, pc: int) -> list[ast.stmt]:
        """The `Close` of an earlier instruction."""
        here, self.pc = self.pc, pc
        made = self.cell(self.flow.code[pc])
        self.pc = here
        return made

    def part(self, lone: LoneCell, part: int) -> ast.expr:
        """A part of the instruction's cell."""
        value = lone.cell[part]
        if value is None or type(value) is int:
            return constant(value)
        return load(self.scope.name_of(value, "x", ("cell", self.index, self.pc, part)))
