"""The generated code of a program: a function for each flow and loop that has proved busy, made on first need.

A `Unit` is for one program and one way of calling its tasks. It knows no host and no functions of tasks.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from threading import Lock
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint
from cascade_vm.generated.control import usual_answers
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.graph import Graph, Plan, graph_from
from cascade_vm.generated.operands import DIRECT, DIRECT_WAITS, HOST, HOST_WAITS, Program, Scope
from cascade_vm.generated.positions import AT_START, WholePlace, column_in_bytes, numbers_of, with_places
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
from cascade_vm.host import Directs
from cascade_vm.tiers import MOST_DEPTH

if TYPE_CHECKING:
    from cascade_vm.linker import Image

__all__ = ["Made", "Unit"]


class Made(NamedTuple):
    """The code of one entry; ``waits``: it is that of a coroutine."""

    code: CodeType
    waits: bool


class Unit:
    """The generated code of a program for one way of calling its tasks (`Directs.way`); ``careful`` if it is None."""

    def __init__(self, image: Image, directs: Directs | None) -> None:
        careful = directs is None
        ways = tuple([HOST if directs is None else directs.way(task.name) for task in image.blueprint.tasks])
        bases, count = [], 0
        for flow in image.blueprint.flows:
            bases.append(count)
            count += len(flow.code)
        self.careful = careful
        waiting, answers = _waiting(image, ways, careful), usual_answers(image.blueprint)
        self.program = Program(image, Scope(), ways, waiting, careful, *answers, tuple(bases))
        self.made: dict[tuple[int, int], Made | None] = {}
        self.refused: dict[tuple[int, int], Exception] = {}
        """Why there is none: `Unstructured`, or `RecursionError` where code is nested deeper than Python's stack."""
        self._writing = Lock()  # runs in other threads may need other code of the same program
        self._plans: dict[int, Plan] = {}
        self._iterators: dict[int, Iterators] = {}
        self._numbers: dict[int, tuple[tuple[int, int], ...]] = {}  # by ids: the hash of code takes a microsecond

    def fits(self, directs: Directs) -> bool:
        """Whether this is the code for another host, too."""
        tasks = self.program.image.blueprint.tasks
        return all(directs.way(task.name) == way for task, way in zip(tasks, self.program.calls, strict=True))

    def place(self, code: CodeType, lasti: int) -> tuple[int, int, int]:
        """Flow, instruction and phase."""
        number, phase = self._numbers[id(code)][lasti // 2]
        flow = bisect_right(self.program.bases, number - 1) - 1
        while not self.program.image.blueprint.flows[flow].code:
            flow -= 1
        return flow, number - 1 - self.program.bases[flow], phase

    def iterators(self, flow: int) -> Iterators:
        found = self._iterators.get(flow)
        if found is None:
            found = self._iterators[flow] = Iterators(self.program.image.blueprint.flows[flow], self._plans[flow])
        return found

    def code_for(self, flow: int, pc: int) -> Made | None:
        """The code that begins at an instruction, made on first need. None where there can not be any."""
        key = (flow, pc)
        if key not in self.made:
            with self._writing:
                try:
                    made = self._generate(flow, pc)
                except Exception as error:  # whatever it is, tier 0 can run this
                    made, self.refused[key] = None, error.with_traceback(None)
            self.made[key] = made
        return self.made[key]

    def _generate(self, flow: int, pc: int) -> Made:
        blueprint = self.program.image.blueprint
        graph = graph_from(blueprint, self._plans, flow, pc)
        waits = flow in self.program.waiting
        iterators = {each: self.iterators(each) for each in {node.flow for node in graph.nodes}}
        statements = Statements(self.program, iterators, waits)
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
        return Made(self._compiled(module, flow), waits)

    def _first(self, statements: Statements, flow: int, pc: int, loops: bool, calls: bool) -> list[ast.stmt]:
        """What a function begins with: whatever calls others may be called by them, so it counts a turn, and how deep it is."""
        taken = self.program.image.blueprint.flows[flow]
        first: list[ast.stmt] = []
        deep = ast.Compare(load("depth"), [ast.Gt()], [constant(MOST_DEPTH)])
        if pc:
            registers = [f"r{flow}_{number}" for number in range(taken.registers)]
            if registers:
                first.append(assign_many(registers, load("registers")))
            for number in range(taken.registers):
                if statements.is_iterator(number, pc):
                    iterator, source = statements.iterator(number)
                    first += [assign(iterator, call("iterator_at", load(f"r{flow}_{number}"))), assign(source, constant(None))]
                    first.append(assign(statements.bounded(number), constant(False)))
            first.append(assign("registers", constant(None)))
        if (loops or calls) and not self.careful:
            first.append(assign("turns", ast.Attribute(load("s"), "turns", ast.Load())))
        if calls:
            first += branch(deep, [run(call("leave_deep"))], [])
        if calls and not self.careful:
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
        numbers = numbers_of(code)
        placed = with_places(code, numbers, self._whole_place)
        title = taken.name.encode("utf-8", "replace").decode()
        placed = placed.replace(co_name=title, co_qualname=title)
        self._numbers[id(placed)] = numbers
        return placed

    def _whole_place(self, number: int) -> WholePlace | None:
        if number <= 0:
            return None
        blueprint = self.program.image.blueprint
        flow = bisect_right(self.program.bases, number - 1) - 1
        while not blueprint.flows[flow].code:
            flow -= 1
        taken = blueprint.flows[flow]
        location = taken.locations[taken.places[number - 1 - self.program.bases[flow]]]
        file, line, end_line = blueprint.files[location.file], location.line, location.end_line
        begin, end = column_in_bytes(file, line, location.column), column_in_bytes(file, end_line, location.end_column)
        return line, begin, end_line, end


def _calls(graph: Graph, blueprint: Blueprint) -> bool:
    """Whether code calls flows, or functions of flows."""
    code = (i for node in graph.nodes for i in blueprint.flows[node.flow].code[node.start : node.end])
    return any(isinstance(i, op.CallFlow | op.Invoke | op.TailCall) for i in code)


def _waiting(image: Image, ways: tuple[str, ...], careful: bool) -> frozenset[int]:
    """The flows whose code awaits. Where turns are counted, none does: it would hold turns that others could spend."""
    if careful:
        return frozenset()
    flows = image.blueprint.flows
    waiting = {number for number, flow in enumerate(flows) if any(_awaits(flow, i, ways) for i in flow.code)}
    changed = True
    while changed:
        changed = False
        for number, flow in enumerate(flows):
            if number not in waiting and any(_goes_to(i) in waiting for i in flow.code):
                waiting.add(number)
                changed = True
    return frozenset(waiting)


def _awaits(flow: Any, i: op.Instruction, ways: tuple[str, ...]) -> bool:
    match i:
        case op.Call():
            return ways[i.task] in (DIRECT_WAITS, HOST_WAITS) or _has_policies(flow, i.policies)
        case op.CallFlow():
            return _has_policies(flow, i.policies)
        case op.Request():
            return i.service in ("sleep", "wait")
        case op.Fork() | op.Map():
            return True
        case _:
            return False


def _has_policies(flow: Any, operand: int) -> bool:
    return operand >= 0 or flow.constants[-1 - operand].value is not None


def _goes_to(i: op.Instruction) -> int:
    return i.flow if isinstance(i, op.CallFlow | op.TailCall) else -1
