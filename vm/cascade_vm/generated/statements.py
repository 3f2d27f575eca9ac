"""One instruction as Python statements.

Registers are locals, small constants are constants, all else is a global of the generated code under a name of ours. Operators
are Python's own operators; what has no operator is called, as the machine's cells call it: an instruction without a rule here
is its cell, given a list of what it reads in the place of a frame.

This file knows instructions, not how they follow each other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any

from cascade_vm import cells, linker, plain, roles
from cascade_vm import opcodes as op
from cascade_vm.attributes import read_attribute
from cascade_vm.blueprint import Flow
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.graph import Node
from cascade_vm.generated.positions import AWAITS, RUNS
from cascade_vm.generated.syntax import (
    assign,
    assign_many,
    augment,
    await_,
    branch,
    call,
    constant,
    is_,
    is_type,
    items,
    load,
    mark,
    run,
)  # fmt: skip
from cascade_vm.linker import Image
from cascade_vm.operations import METHODS, OPERATIONS

__all__ = ["DIRECT", "DIRECT_WAITS", "HOST", "HOST_WAITS", "Program", "Scope", "Statements"]

DIRECT, DIRECT_WAITS, HOST, HOST_WAITS = "direct", "direct waits", "host", "host waits"
"""How a task is called: as the function that it is, or by the host; and whether that has to be awaited."""

_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod, "**": ast.Pow, "@": ast.MatMult,
    "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor, "<<": ast.LShift, ">>": ast.RShift,
}  # fmt: skip
_COMPARING: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "in": ast.In, "not in": ast.NotIn,
    "is": ast.Is, "is not": ast.IsNot,
}  # fmt: skip
_UNARY: dict[str, type[ast.unaryop]] = {"neg": ast.USub, "pos": ast.UAdd, "invert": ast.Invert, "not": ast.Not}
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
    bases: tuple[int, ...]
    """The number before that of each flow's first instruction."""

    def number(self, flow: int, pc: int) -> int:
        return self.bases[flow] + pc + 1


class Statements:
    """Writes the instructions of a function. ``waits`` says that it may await."""

    def __init__(self, program: Program, iterators: dict[int, Iterators], waits: bool) -> None:
        self.program = program
        self.scope = program.scope
        self.iterators = iterators
        self.waits = waits
        self.flow: Flow
        self.index = 0
        self.pc = 0

    # --- operands ---

    def at(self, flow: int, pc: int) -> op.Instruction:
        """Go to an instruction."""
        self.index, self.pc = flow, pc
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

    # --- instructions ---

    def body(self, node: Node) -> list[ast.stmt]:
        """The instructions of a node but its last, if that ends it."""
        code = self.program.image.blueprint.flows[node.flow].code
        last = code[node.end - 1]
        end = node.end - 1 if last.ends_block or isinstance(last, op.Next) else node.end
        written: list[ast.stmt] = []
        pc = node.start
        while pc < end:
            i = self.at(node.flow, pc)
            following = code[pc + 1] if pc + 1 < end else None
            fused = self.source(i, following)
            if fused is None:
                written += self.mark(_RULES.get(type(i), Statements.cell)(self, i))
                pc += 1
            else:
                written += self.mark(fused)
                pc += 2
        return written

    def condition(self, i: op.Instruction) -> ast.expr:
        """Of `Branch` and `Test`."""
        if isinstance(i, op.Branch):
            return self.read(i.condition)
        assert isinstance(i, op.Test)
        return self.comparison(i.operation, i.left, i.right)

    def comparison(self, operation: str, left: int, right: int) -> ast.expr:
        identity = operation.startswith("is")
        if identity and any(operand < 0 and not self._is_single(operand) for operand in (left, right)):
            return self.calling(OPERATIONS[operation].function, self.read(left), self.read(right))
        return ast.Compare(self.read(left), [_COMPARING[operation]()], [self.read(right)])

    def _is_single(self, operand: int) -> bool:
        """Whether a constant may stand beside ``is``."""
        return type(self.flow.constants[-1 - operand].value) in (type(None), bool)

    def source(self, i: op.Instruction, following: op.Instruction | None) -> list[ast.stmt] | None:
        """What a loop goes over, made and begun at once; None for anything else."""
        if not (isinstance(i, op.Compute) and isinstance(following, op.Iterate) and i.dst == following.source == following.dst):
            return None
        if any(i.forms) or not self.is_iterator(following.dst, self.pc + 2):
            return None
        iterator, source = self.iterator(i.dst)
        arguments = self.read_all(i.arguments)
        match i.operation:
            case "range":
                return [assign(source, call("range", *arguments)), assign(iterator, call("iter", load(source)))]
            case "enumerate" if len(arguments) == 1:
                return [assign(iterator, call("enumerate", *arguments)), assign(source, self.read(i.arguments[0]))]
            case "zip" if arguments:
                whole = ast.Tuple(self.read_all(i.arguments), ast.Load())
                return [assign(iterator, call("zip", *arguments)), assign(source, whole)]
            case "reversed":
                return [assign(iterator, call("backwards", *arguments)), assign(source, constant(None))]
            case _:
                return None

    def is_iterator(self, register: int, pc: int) -> bool:
        return self.iterators[self.index].holds(register, pc)

    def iterator(self, register: int) -> tuple[str, str]:
        """The locals of an iterator: itself, and what it goes over."""
        return f"i{self.index}_{register}", f"o{self.index}_{register}"

    def iterate(self, i: op.Iterate) -> list[ast.stmt]:
        if not self.is_iterator(i.dst, self.pc + 1):
            return self.cell(i)
        iterator, source = self.iterator(i.dst)
        begun = ast.IfExp(is_type(load(source), "list"), call("iter", load(source)), call("iterator_over", load(source)))
        return [assign(source, self.read(i.source)), assign(iterator, begun)]

    def following(self, i: op.Next) -> ast.expr:
        """The next item of a cursor, or ``DONE``."""
        if i.cursor >= 0 and self.is_iterator(i.cursor, self.pc):
            return call("next", load(self.iterator(i.cursor)[0]), load("DONE"))
        return call("step", self.read(i.cursor))

    def copy(self, i: op.Copy) -> list[ast.stmt]:
        return self.write(i.dst, self.read(i.source))

    def move(self, i: op.Move) -> list[ast.stmt]:
        targets = [self.register(target) for target in i.targets]
        if len(targets) == 1:
            return [assign(targets[0], self.read(i.sources[0]))]
        return [assign_many(targets, ast.Tuple(self.read_all(i.sources), ast.Load()))] if targets else []

    def compute(self, i: op.Compute) -> list[ast.stmt]:
        name, arguments = i.operation, i.arguments
        if any(i.forms):
            return self.cell(i)
        values = self.read_all(arguments)
        if name in _BINARY:
            return self.write(i.dst, ast.BinOp(values[0], _BINARY[name](), values[1]))
        if name in _COMPARING:
            return self.write(i.dst, self.comparison(name, *arguments))
        if name in _UNARY:
            return self.write(i.dst, ast.UnaryOp(_UNARY[name](), values[0]))
        if name[:-1] in _BINARY and name[-1] == "=" and arguments[0] == i.dst:
            return [augment(self.register(i.dst), _BINARY[name[:-1]](), values[1])]
        build = _BUILDS.get(name)
        if build is not None:
            return self.write(i.dst, build(values))
        if arguments and arguments[0] >= 0 and name in _SUBSCRIPTS:
            return self._subscript(i, values)
        if name in ("append", "add"):
            method = ast.Attribute(values[0], name, ast.Load())
            return self.write(i.dst, call(method, values[1]))
        return self.write(i.dst, self.calling(OPERATIONS[name].function, *values))

    def _subscript(self, i: op.Compute, values: list[ast.expr]) -> list[ast.stmt]:
        match i.operation:
            case "[]":
                return self.write(i.dst, ast.Subscript(values[0], values[1], ast.Load()))
            case "del []":
                done: ast.stmt = ast.Delete([ast.Subscript(values[0], values[1], ast.Del())])
            case _:
                done = ast.Assign([ast.Subscript(values[0], values[1], ast.Store())], values[2])
        return [done, *self.write(i.dst, constant(None))]

    def unpack(self, i: op.Unpack) -> list[ast.stmt]:
        if not i.targets or i.source < 0:
            return self.cell(i)
        return [assign_many([self.register(target) for target in i.targets], self.read(i.source), i.star)]

    def attribute(self, i: op.Attribute) -> list[ast.stmt]:
        slow = self.calling(read_attribute, self.read(i.target), constant(i.name))
        if i.name in _OPENING or iskeyword(i.name):
            return self.write(i.dst, slow)
        closed = ast.Compare(call("type", self.read(i.target)), [ast.In()], [load("CLOSED")])
        return self.write(i.dst, ast.IfExp(closed, slow, ast.Attribute(self.read(i.target), i.name, ast.Load())))

    def clear(self, i: op.Clear) -> list[ast.stmt]:
        return self.write(i.dst, load("UNBOUND"))

    def bound(self, i: op.Bound) -> list[ast.stmt]:
        return self.write(i.dst, ast.Compare(self.read(i.variable), [ast.IsNot()], [load("UNBOUND")]))

    def check(self, i: op.Check) -> list[ast.stmt]:
        missed = run(self.calling(plain.check, items(self.read(i.variable)), constant(0), constant(i.name), constant(0)))
        return branch(is_(self.read(i.variable), load("UNBOUND")), [missed], [])

    def match(self, i: op.Match) -> list[ast.stmt]:
        classes, others = plain.errors_named(i.kinds)
        if others:
            return self.cell(i)
        return self.write(i.dst, call("isinstance", self.read(i.error), load(self.scope.name_of(classes, "k"))))

    # --- calls ---

    def task(self, i: op.Call) -> list[ast.stmt]:
        way = self.program.calls[i.task]
        unconditional = i.policies < 0 and self.flow.constants[-1 - i.policies].value is None
        if not unconditional or not self._written_out(i.forms):
            return self.cell(i)
        site = load(self.scope.name_of(self._site(i), "x"))
        positional = [value for value, form in self._formed(i) if not form]
        keywords = [(form, value) for value, form in self._formed(i) if form]
        given = ast.Tuple([value for value, form in self._formed(i) if not form], ast.Load())
        named = ast.Dict([constant(form) for form, _ in keywords], [value for value, form in self._formed(i) if form])
        if way not in (DIRECT, DIRECT_WAITS):
            made = assign("v", call("host_call", load("s"), site, given, named))
            return [made, *self.settled(), *self.write(i.dst, load("v"))]
        value = call(f"t{i.task}", *positional, keywords=[ast.keyword(form, value) for form, value in keywords])
        if way == DIRECT_WAITS:
            awaited = self.mark([assign("v", await_(mark_value(value, self)))], AWAITS)
            slow = [assign("v", call("finished", load("s"), site, load("v")))]
        else:
            awaited = [assign("v", value)]
            slow = [assign("v", call("answered", load("s"), site, load("v"), given, named)), *self.settled()]
        seen = branch(
            ast.Compare(call("type", load("v")), [ast.In()], [load("PLAIN")]), [assign("t", call("type", load("v")))], slow
        )
        checked = branch(ast.Compare(call("type", load("v")), [ast.IsNot()], [load("t")]), seen, [])
        return [*awaited, *checked, *self.write(i.dst, load("v"))]

    def _site(self, i: op.Call) -> object:
        image = self.program.image
        return image.site(self.flow, self.pc, image.blueprint.tasks[i.task].name)

    def _formed(self, i: op.Call) -> list[tuple[ast.expr, str]]:
        """The arguments, made anew, with their forms."""
        return list(zip(self.read_all(i.arguments), i.forms or ("",) * len(i.arguments), strict=True))

    @staticmethod
    def _written_out(forms: Sequence[str]) -> bool:
        """Whether arguments in these forms can be written as a call in Python."""
        named = [form for form in forms if form]
        return len(set(named)) == len(named) and all(form.isidentifier() and not iskeyword(form) for form in named)

    def settled(self) -> list[ast.stmt]:
        """What to do with an answer in ``v`` that may be a `Pending`."""
        if self.waits:
            waited = self.mark([assign("v", await_(ast.Attribute(load("v"), "awaitable", ast.Load())))], AWAITS)
        else:
            waited = self.mark([run(call("leave_waiting", load("v")))], RUNS)
        return branch(is_type(load("v"), "Pending"), waited, [])

    def method(self, i: op.Method) -> list[ast.stmt]:
        kinds = [kind for kind, names in METHODS.items() if i.name in names]
        if not kinds or any(i.forms) or i.target < 0 or i.name in _OPENING or iskeyword(i.name):
            return self.cell(i)
        first = min(kinds, key=lambda kind: _LIKELY.index(kind) if kind in _LIKELY else len(_LIKELY))
        known = is_type(self.read(i.target), self.scope.name_of(first))
        if len(kinds) > 1:
            others = self.scope.name_of(frozenset(kinds), "k")
            known = ast.BoolOp(ast.Or(), [known, ast.Compare(call("type", self.read(i.target)), [ast.In()], [load(others)])])
        method = ast.Attribute(self.read(i.target), i.name, ast.Load())
        return branch(known, self.write(i.dst, call(method, *self.read_all(i.arguments))), self.cell(i))

    def call_flow(self, i: op.CallFlow) -> list[ast.stmt]:
        if i.policies >= 0 or self.flow.constants[-1 - i.policies].value is not None:
            return self.cell(i)
        return [*self.turn(), *self.write(i.dst, self.entering(i.flow, i.arguments))]

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

    def invoke(self, i: op.Invoke) -> list[ast.stmt]:
        if any(i.forms):
            return self.cell(i)
        arguments = ast.Tuple(self.read_all(i.arguments), ast.Load())
        known = assign("v", call("function_of", load("s"), self.read(i.target), arguments))
        deeper = ast.BinOp(load("depth"), ast.Add(), constant(1))
        entered = call(
            ast.Attribute(load("v"), "code", ast.Load()),
            load("s"),
            deeper,
            ast.Starred(ast.Attribute(load("v"), "arguments", ast.Load()), ast.Load()),
        )
        made = [*self.turn(), *self.write(i.dst, entered)]
        return [known, *branch(is_(load("v"), constant(None)), self.cell(i), made)]

    # --- everything else ---

    def cell(self, i: op.Instruction) -> list[ast.stmt]:
        """The instruction's cell, over a list of what it reads."""
        operands = _Operands(self, i)
        kind, function, x, y, dst, _ = operands.cell
        known = {value: key for key, value in operands.slots.items()}
        given = [self.read(known[slot]) if slot in known else constant(None) for slot in range(operands.size)]
        extra = [self.fixed(x), self.fixed(y)]
        written = roles.writes(i)
        name = load(self.scope.name_of(function))
        if kind == cells.HOST:
            (target,) = written
            made = [assign("v", call(name, load("s"), items(*given), *extra)), *self.settled()]
            if isinstance(i, op.Invoke | op.Method):
                made[1:1] = branch(is_(load("v"), load("ENTERS")), [run(call("leave_entering"))], [])
            return [*made, *self.write(target, load("v"))]
        if kind == cells.PLAIN:
            made = [assign("w", items(*given)), run(call(name, load("w"), *extra, self.fixed(dst)))]
            read = [ast.Subscript(load("w"), constant(operands.writes[target]), ast.Load()) for target in written]
            return [*made, *(assign(self.register(target), value) for target, value in zip(written, read, strict=True))]
        raise AssertionError(f"an instruction without a rule: {i}")

    def fixed(self, value: object) -> ast.expr:
        """A part of a cell."""
        return constant(value) if value is None or type(value) is int else load(self.scope.name_of(value, "x"))


def mark_value(value: ast.expr, statements: Statements) -> ast.expr:
    """An expression that runs before the rest of its statement does."""
    mark([run(value)], statements.program.number(statements.index, statements.pc) + 1, RUNS)
    return value


class _Operands:
    """Stands in for the linker's work on a flow: operands are places in a short list."""

    def __init__(self, statements: Statements, i: op.Instruction) -> None:
        self.image = statements.program.image
        self.flow = statements.flow
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
        self.cell = linker.LINKS[type(i)](self, statements.pc, moved)  # type: ignore[arg-type]

    def read(self, operand: int) -> int:
        return operand if operand >= 0 else self.slots[operand]

    def read_all(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([self.read(operand) for operand in operands])

    def cell_at(self, target: int) -> None:
        return None

    def site(self, pc: int, target: str) -> object:
        return self.image.site(self.flow, pc, target)


_OPENING = ("format", "format_map")
_SUBSCRIPTS = ("[]", "[]=", "del []", "put")
_LIKELY: list[type] = [list, dict, str, set]
_BUILDS: dict[str, Callable[[list[ast.expr]], ast.expr]] = {
    "build_tuple": lambda values: ast.Tuple(values, ast.Load()),
    "build_list": lambda values: ast.List(values, ast.Load()),
    "build_dict": lambda values: ast.Dict([*values[::2]], values[1::2]),
}
_RULES: dict[type[op.Instruction], Callable[[Statements, Any], list[ast.stmt]]] = {
    op.Copy: Statements.copy,
    op.Move: Statements.move,
    op.Compute: Statements.compute,
    op.Unpack: Statements.unpack,
    op.Attribute: Statements.attribute,
    op.Clear: Statements.clear,
    op.Bound: Statements.bound,
    op.Check: Statements.check,
    op.Iterate: Statements.iterate,
    op.Match: Statements.match,
    op.Call: Statements.task,
    op.Method: Statements.method,
    op.CallFlow: Statements.call_flow,
    op.Invoke: Statements.invoke,
}
"""How each opcode is written; the rest is cells, or ends a node (`cascade_vm.generated.shape`)."""
