"""Generated functions of a program: made when a flow or a loop has proved busy, kept with the linked program.

A `Unit` is for one program and one way of calling its tasks; an `Instance` of it binds the code to the functions of one host.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from cascade_vm import functions
from cascade_vm import opcodes as op
from cascade_vm.attributes import CLOSED
from cascade_vm.calls import ENTERS, as_error
from cascade_vm.control import Jump, TailCall
from cascade_vm.cursors import DONE, reversed_
from cascade_vm.dispatch import Strand
from cascade_vm.generated import leaving
from cascade_vm.generated.cursors import Iterators, iterator_at, iterator_over, step
from cascade_vm.generated.graph import Plan, Unstructured, graph_from
from cascade_vm.generated.leaving import GOES_ON, TURN, Carried, Leave
from cascade_vm.generated.operands import DIRECT, DIRECT_WAITS, HOST, HOST_WAITS, Program, Scope
from cascade_vm.generated.positions import AT_START, WholePlace, numbers_of, with_places
from cascade_vm.generated.shape import shape
from cascade_vm.generated.statements import Statements
from cascade_vm.generated.syntax import (
    assign,
    assign_many,
    branch,
    call,
    constant,
    function,
    load,
    mark,
    raise_,
    run,
)  # fmt: skip
from cascade_vm.host import UNBOUND, Directs, Later, Pending, Site
from cascade_vm.tiers import more_turns

if TYPE_CHECKING:
    from cascade_vm.linker import Image

__all__ = ["MOST_DEPTH", "Bound", "Entry", "Instance", "Unit", "instance_for"]

MOST_DEPTH = 100
"""Generated functions in each other. Python's own stack is 1,000 deep, and tasks need some of it."""


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
        code = [i for flow in image.blueprint.flows for i in flow.code]
        jumps = any(isinstance(i, op.Compute) and i.operation == "jump_case" for i in code)
        self.program = Program(image, Scope(), ways, _waiting(image, ways, careful), careful, jumps, tuple(bases))
        self.made: dict[tuple[int, int], Made | None] = {}
        self._plans: dict[int, Plan] = {}
        self._iterators: dict[int, Iterators] = {}
        self._numbers: dict[CodeType, tuple[tuple[int, int], ...]] = {}

    def fits(self, directs: Directs) -> bool:
        """Whether this is the code for another host, too."""
        tasks = self.program.image.blueprint.tasks
        return all(directs.way(task.name) == way for task, way in zip(tasks, self.program.calls, strict=True))

    def place(self, code: CodeType, lasti: int) -> tuple[int, int, int]:
        """Flow, instruction and phase."""
        number, phase = self._numbers[code][lasti // 2]
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
            try:
                self.made[key] = self._generate(flow, pc)
            except (Unstructured, RecursionError, MemoryError):
                self.made[key] = None
        return self.made[key]

    def _generate(self, flow: int, pc: int) -> Made:
        blueprint = self.program.image.blueprint
        graph = graph_from(blueprint, self._plans, flow, pc)
        waits = flow in self.program.waiting
        iterators = {each: self.iterators(each) for each in {node.flow for node in graph.nodes}}
        statements = Statements(self.program, iterators, waits)
        body = shape(graph, statements)
        statements.at(flow, pc)
        first = self._first(statements, flow, pc, bool(graph.bodies))
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

    def _first(self, statements: Statements, flow: int, pc: int, loops: bool) -> list[ast.stmt]:
        """What a function begins with."""
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
            first.append(assign("registers", constant(None)))
        else:
            first += branch(deep, [run(call("leave_deep"))], [])
        if loops and not self.careful:
            first.append(assign("turns", ast.Attribute(load("s"), "turns", ast.Load())))
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
        self._numbers[placed] = numbers
        return placed

    def _whole_place(self, number: int) -> WholePlace | None:
        if number <= 0:
            return None
        flow = bisect_right(self.program.bases, number - 1) - 1
        while not self.program.image.blueprint.flows[flow].code:
            flow -= 1
        taken = self.program.image.blueprint.flows[flow]
        location = taken.locations[taken.places[number - 1 - self.program.bases[flow]]]
        return location.line, location.column, location.end_line, location.end_column


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


# --- bound to a host -----------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """A generated function, and how many registers it is given: all of them, or the arguments of a flow."""

    run: Callable[..., Any]
    waits: bool
    registers: int
    whole: bool


class Instance:
    """A unit's code, bound to the functions that a host calls its tasks as.

    ``entries`` are the functions that there are, by flow and instruction; `entry` makes one.
    """

    def __init__(self, unit: Unit, directs: Directs | None) -> None:
        self.unit = unit
        self.directs = directs
        self.entries: dict[tuple[int, int], Entry | None] = {}
        self.starts: dict[int, Callable[..., Any]] = {}
        """The functions of flows that can be called outright."""
        self.globals: dict[str, Any] = {**_GLOBALS, "unit": Bound(unit, directs)}
        for number in range(len(unit.program.image.flows)):
            self.globals[f"c{number}"] = self._stub(number)
        self._slots: list[_Slot] = []
        if directs is not None:
            for number, task in enumerate(unit.program.image.blueprint.tasks):
                if unit.program.calls[number] in (DIRECT, DIRECT_WAITS):
                    self._slots.append(_Slot(self.globals, f"t{number}"))
                    directs.bind(task.name, self._slots[-1])

    def _stub(self, flow: int) -> Callable[..., Any]:
        """Stands for a function that is not made yet: it is made now, for the next time."""

        def now(strand: Strand, *_: object) -> None:
            self.entry(flow, 0)
            strand.left += self.unit.careful  # the call is made by tier 0, which counts the turn again
            raise Leave(GOES_ON)

        async def later(strand: Strand, *_: object) -> None:
            now(strand)

        return later if flow in self.unit.program.waiting else now

    def entry(self, flow: int, pc: int) -> Entry | None:
        """The function that begins at an instruction."""
        key = (flow, pc)
        if key in self.entries:
            return self.entries[key]
        made = self.unit.code_for(flow, pc)
        if made is None:
            self.entries[key] = None
            return None
        self.globals.update(self.unit.program.scope.values)
        function = FunctionType(made.code, self.globals)
        taken = self.unit.program.image.blueprint.flows[flow]
        found = Entry(function, made.waits, len(taken.parameters) if pc == 0 else taken.registers, pc != 0)
        self.entries[key] = found
        if pc == 0:
            self.unit.program.image.flows[flow].busy = True
            self.globals[f"c{flow}"] = function
            if not made.waits:
                self.starts[flow] = function
        return found


class _Slot:
    """Where the function of a task lies."""

    __slots__ = ("__weakref__", "_globals", "_name")

    def __init__(self, values: dict[str, Any], name: str) -> None:
        self._globals = values
        self._name = name

    def __call__(self, function: Any) -> None:
        self._globals[self._name] = function


class Bound:
    """What generated code says of itself."""

    __slots__ = ("directs", "iterators", "place", "program")

    def __init__(self, unit: Unit, directs: Directs | None) -> None:
        self.program = unit.program
        self.place = unit.place
        self.iterators = unit.iterators
        self.directs = directs


# --- what generated code calls -------------------------------------------------------------------------------------------


def _host_call(strand: Strand, site: Site, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> object:
    return strand.machine.call(site, arguments, keywords, None)


def _answered(strand: Strand, site: Site, value: object) -> object:
    """What a task called outright gave: a value that is not plain, or that it may not be called so any more."""
    if type(value) is TailCall and _is_plain(value):
        return value
    if type(value) is Later:
        return strand.machine.call(site, value.arguments, value.keywords, None)
    directs = strand.machine.directs
    return value if directs is None else directs.answered(site.target, value)


def _is_plain(value: TailCall) -> bool:
    """Whether nothing can be wrong with a tail call."""
    keywords = value.kwargs
    if value.args or type(keywords) is not dict:
        return False
    for each in keywords.values():  # noqa: SIM110 - a generator would take three times as long
        if type(each) not in _PLAIN:
            return False
    return True


_PLAIN = frozenset({type(None), bool, int, float, str, bytes})


def _finished(strand: Strand, site: Site, value: object) -> object:
    directs = strand.machine.directs
    return value if directs is None else directs.finished(site.target, value)


def _out_of_turns(strand: Strand, edge: int) -> None:
    raise Leave(TURN, None, edge)


class _Call(NamedTuple):
    code: Callable[..., Any]
    arguments: tuple[Any, ...]


def _function_of(strand: Strand, target: object, arguments: tuple[Any, ...]) -> _Call | None:
    """A function of the program that can be called outright; None for all else."""
    if type(target) is not functions.Function or target._machine is not strand.machine:
        return None
    template = target._template
    code = strand.machine.starts.get(template.number)
    if code is None or len(arguments) != template.plain:
        return None
    return _Call(code, (*target._captured, *arguments))


def _backwards(value: Any) -> Any:
    return reversed(value) if type(value) in (list, tuple, str, range, bytes) else reversed_(value)


_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "BaseException": BaseException,
    "CLOSED": CLOSED,
    "Carried": Carried,
    "DONE": DONE,
    "ENTERS": ENTERS,
    "Pending": Pending,
    "PLAIN": _PLAIN,
    "StopIteration": StopIteration,
    "UNBOUND": UNBOUND,
    "Jump": Jump,
    "TailCall": TailCall,
    "answered": _answered,
    "as_error": as_error,
    "backwards": _backwards,
    "caught": leaving.caught,
    "dict": dict,
    "enumerate": enumerate,
    "finished": _finished,
    "function_of": _function_of,
    "host_call": _host_call,
    "int": int,
    "isinstance": isinstance,
    "iter": iter,
    "iterator_at": iterator_at,
    "iterator_over": iterator_over,
    "leave_deep": leaving.leave_deep,
    "leave_entering": leaving.leave_entering,
    "leave_waiting": leaving.leave_waiting,
    "list": list,
    "more": more_turns,
    "next": next,
    "out_of_turns": _out_of_turns,
    "range": range,
    "str": str,
    "tuple": tuple,
    "step": step,
    "type": type,
    "zip": zip,
}


MOST_INSTANCES = 4


def instance_for(image: Image, directs: Directs | None) -> Instance:
    """A new instance for a program; of many the last are kept."""
    for other in image.instances:
        if (other.directs is None) == (directs is None) and (directs is None or other.unit.fits(directs)):
            unit = other.unit
            break
    else:
        unit = Unit(image, directs)
    made = Instance(unit, directs)
    image.instances.insert(0, made)
    del image.instances[MOST_INSTANCES:]
    return made
