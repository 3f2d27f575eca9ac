"""Makes the code of a function: from a flow and an entry to Python's syntax tree, and to what Python compiles that to.

This is loaded only when there is code to be made: what has been made before may be kept elsewhere (`unit.py`).
"""

from __future__ import annotations

import ast
from types import CodeType
from typing import NamedTuple

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.graph import Graph, Plan, graph_from
from cascade_vm.generated.positions import AT_START
from cascade_vm.generated.program import DIRECT, DIRECT_WAITS, Program
from cascade_vm.generated.scope import Scope
from cascade_vm.generated.shape import shape
from cascade_vm.generated.statements import Statements
from cascade_vm.generated.syntax import (
    assign,
    assign_many,
    branch,
    break_,
    call,
    constant,
    for_,
    function,
    load,
    mark,
    name,
    raise_,
    run,
)  # fmt: skip
from cascade_vm.tiers import MOST_DEPTH

__all__ = ["Generated", "Generator"]


class Generated(NamedTuple):
    """The code of one entry, with numbers for lines (`cascade_vm.generated.positions`).

    ``scope`` has its globals; ``iterators`` says of all flows that are in it which registers are iterators, and where
    (`Iterators.by_instruction`).
    """

    code: CodeType
    scope: Scope
    iterators: dict[int, tuple[tuple[int, ...], ...]]


class Generator:
    """Makes the code of one program. What it makes depends on the program, flow and instruction alone."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._plans: dict[int, Plan] = {}
        self._iterators: dict[int, Iterators] = {}

    def _iterators_of(self, flow: int) -> Iterators:
        found = self._iterators.get(flow)
        if found is None:
            found = self._iterators[flow] = Iterators(self.program.image.blueprint.flows[flow], self._plans[flow])
        return found

    def generate(self, flow: int, pc: int) -> Generated:
        """The code that begins at an instruction. Raises `Unstructured`, or `RecursionError` where code is nested deeper than
        Python's stack."""
        blueprint = self.program.image.blueprint
        graph = graph_from(blueprint, self._plans, flow, pc)
        waits = flow in self.program.waiting
        iterators = {each: self._iterators_of(each) for each in sorted({node.flow for node in graph.nodes})}
        scope = Scope(flow, pc)
        statements = Statements(self.program, scope, iterators, waits)
        body = shape(graph, statements)
        statements.at(flow, pc)
        first = self._first(statements, flow, pc, bool(graph.bodies), pc == 0 and _calls(graph, blueprint))
        if waits:
            stopped = [raise_(call("Carried", load("e")))]
            guarded = ast.Try([*first, *body], [ast.ExceptHandler(load("StopIteration"), "e", stopped)], [], [])
            first, body = [], [guarded]
        parameters = ["s", "depth"]
        if pc == 0:
            parameters += [f"r{flow}_{number}" for number in range(len(blueprint.flows[flow].parameters))]
        else:
            parameters.append("registers")
        module = function("generated", parameters, mark([*first, *body], 1, 0), waits)
        code = self._compiled(module, flow)
        return Generated(code, scope, {each: known.by_instruction() for each, known in iterators.items()})

    def _first(self, statements: Statements, flow: int, pc: int, loops: bool, calls: bool) -> list[ast.stmt]:
        """What a function begins with: whatever calls others may be called by them, so it counts a turn, and how deep it is."""
        taken = self.program.image.blueprint.flows[flow]
        first: list[ast.stmt] = []
        deep = ast.Compare(load("depth"), [ast.Gt()], [constant(MOST_DEPTH)])
        if pc:
            registers = [f"r{flow}_{number}" for number in range(taken.registers)]
            if registers:
                first.append(assign_many(registers, load("registers")))
            first += _iterators_at(statements, [each for each in range(taken.registers) if statements.is_iterator(each, pc)])
            first.append(assign("registers", constant(None)))
        if (loops or calls) and not self.program.careful:
            first.append(assign("turns", ast.Attribute(load("s"), "turns", ast.Load())))
        if calls:
            first += branch(deep, [run(call("leave_deep"))], [])
        if calls and not self.program.careful:
            more = assign("turns", call("more", load("s"), load("turns"), constant(statements.waits)))
            first.append(for_(name("_"), load("turns"), [break_()], [more]))
        if any(way in (DIRECT, DIRECT_WAITS) for way in self.program.calls):
            first.append(assign("t", constant(None)))
        return statements.mark(first, AT_START)

    def _compiled(self, module: ast.Module, flow: int) -> CodeType:
        blueprint = self.program.image.blueprint
        taken = blueprint.flows[flow]
        location = taken.locations[0] if taken.locations else None
        file = blueprint.files[location.file] if location is not None and blueprint.files else "<cascade>"
        whole = compile(module, file.replace("\0", "?"), "exec", dont_inherit=True)
        (code,) = [each for each in whole.co_consts if isinstance(each, CodeType)]
        title = taken.name.encode("utf-8", "replace").decode()
        return code.replace(co_name=title, co_qualname=title)


def _iterators_at(statements: Statements, held: list[int]) -> list[ast.stmt]:
    """The registers that are iterators where code begins."""
    pairs: list[ast.expr] = [ast.Tuple([name(each) for each in statements.iterator(number)], ast.Store()) for number in held]
    cursors = [load(statements.register(number)) for number in held]
    made: list[ast.stmt] = []
    if len(held) == 1:
        made.append(ast.Assign(pairs, call("iterator_at", *cursors)))
    elif held:
        made.append(ast.Assign([ast.Tuple(pairs, ast.Store())], call("iterators_at", *cursors)))
    return [*made, *(assign(statements.bounded(number), constant(False)) for number in held)]


def _calls(graph: Graph, blueprint: Blueprint) -> bool:
    """Whether code calls flows, or functions of flows."""
    code = (i for node in graph.nodes for i in blueprint.flows[node.flow].code[node.start : node.end])
    return any(isinstance(i, op.CallFlow | op.Invoke | op.TailCall) for i in code)
