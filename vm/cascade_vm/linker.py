"""From a Blueprint to cells: done once a program, before it runs.

`link` expects a Blueprint that the verifier is content with. Each opcode has one function here (`LINKS`), which says of what
kind its cell is and what goes into it. This file knows no strands and does not run anything.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cascade_vm import call_operations, calls, cells, functions, plain
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow, Location
from cascade_vm.cells import Cell, gatherer, join
from cascade_vm.host import UNBOUND, Place, Site
from cascade_vm.library import VALUES
from cascade_vm.operations import OPERATIONS

if TYPE_CHECKING:
    from cascade_vm.code_cache import CodeCache
    from cascade_vm.generated.instance import Instance

__all__ = ["LINKS", "Image", "LinkedFlow", "link"]


class LinkedFlow:
    """A flow ready to run: its first cell, and what a new frame holds behind the arguments."""

    __slots__ = (
        "back", "busy", "cells", "constants", "flow", "heads", "heat", "live", "number", "pcs", "quads", "rest", "start",
        "turns",
    )  # fmt: skip

    def __init__(self, flow: Flow, number: int) -> None:
        self.flow = flow
        self.number = number
        self.heat = 0
        """How much it has run: turns, and starts many times over. `cascade_vm.generated` begins with what is hot."""
        self.busy = False
        """There is generated code for it, of some instance."""
        self.live: list[int] | None = None
        """What `cascade_vm.living` found, once it was asked."""
        self.back: dict[tuple[int, int], Cell] = {}
        """The `TURN` cell of a jump back, by the instruction and the one it goes to."""
        self.heads: dict[int, int] = {}
        """Where generated code may begin: instructions by the ids of their cells."""
        self.cells: list[Cell] = [[None] * 6 for _ in flow.code]
        self.pcs: dict[int, int] = {id(cell): pc for pc, cell in enumerate(self.cells)}
        self.quads: dict[int, list[Cell]] = {}
        """The four cells that a `QUAD` does, by its id."""
        self.turns: dict[int, Cell] = {}
        """The `TURN` cell of a test's backward edge, by the id of the test's cell."""
        self.constants: list[Any] = [constant.value for constant in flow.constants]
        self.rest: list[Any] = [UNBOUND] * (flow.registers - len(flow.parameters)) + self.constants
        self.start: Cell = []

    def pc_of(self, cell: Cell) -> int:
        """The instruction that a cell stands for."""
        return self.pcs[id(cell)]

    def position_of(self, cell: Cell) -> tuple[int, int]:
        """Where a frame stands whose cell this is, as data: an instruction, and the one that a jump back from it goes to, which
        has a turn to pay; -1 for the instruction itself, -2 when it is about to enter a function. `cell_from` goes back."""
        pc = self.pcs[id(cell)]
        if cell is self.cells[pc]:
            return pc, -1
        for (start, target), turn in self.back.items():
            if start == pc and turn is cell:
                return pc, target
        return pc, -2

    def cell_from(self, pc: int, edge: int) -> Cell:
        """The cell of a position. `LookupError` for one that there is none of."""
        if not 0 <= pc < len(self.flow.code):
            raise LookupError(f"flow {self.flow.name} has no instruction {pc}")
        if edge == -1:
            return self.cells[pc]
        if edge >= 0:
            return self.back[pc, edge]
        entering = self.cells[pc][3]
        if type(self.flow.code[pc]) is not op.Invoke:
            raise LookupError(f"instruction {pc} of flow {self.flow.name} enters no function")
        found: Cell = entering
        return found

    def cell_at(self, target: int) -> Cell:
        """The cell that runs when control comes to an instruction: forward jumps are followed."""
        instruction = self.flow.code[target]
        while isinstance(instruction, op.Jump) and instruction.target > target:
            target = instruction.target
            instruction = self.flow.code[target]
        return self.cells[target]


class Image:
    """A linked program. Holds nothing of a run and may serve any number of them. ``code_cache`` is where its generated code is
    kept, if anywhere."""

    __slots__ = ("_digest", "blueprint", "code_cache", "flows", "has_functions", "instances", "places", "trails")

    def __init__(self, blueprint: Blueprint, code_cache: CodeCache | None = None, digest: bytes | None = None) -> None:
        self.blueprint = blueprint
        self.code_cache = code_cache
        self._digest = digest
        self.has_functions = any(isinstance(i, op.Close) for flow in blueprint.flows for i in flow.code)
        self.flows = [LinkedFlow(flow, number) for number, flow in enumerate(blueprint.flows)]
        self.instances: list[Instance] = []
        self.places: dict[Location, Place] = {}
        self.trails: dict[tuple[int, int], list[Place]] = {}

    def digest(self) -> bytes:
        """What tells the program from all others. `BlueprintError` CS308 when it is too large to be written down."""
        if self._digest is None:
            from cascade_vm.codec import digest_of  # a program that is made here may need none

            self._digest = digest_of(self.blueprint)
        return self._digest

    def place(self, location: Location) -> Place:
        """A location, ready to print."""
        found = self.places.get(location)
        if found is None:
            found = Place(location.flow, self.blueprint.files[location.file], *location[1:5])
            self.places[location] = found
        return found

    def trail_at(self, flow: Flow, pc: int) -> list[Place]:
        """Where an instruction comes from, innermost first: the place itself, and the calls that it was inlined into."""
        number = flow.places[pc]
        known = self.trails.get((id(flow), number))
        if known is not None:
            return known
        location = flow.locations[number]
        trail = [self.place(location)]
        while location.caller >= 0:
            location = flow.locations[location.caller]
            trail.append(self.place(location))
        self.trails[id(flow), number] = trail
        return trail

    def site(self, flow: Flow, pc: int, target: str) -> Site:
        """The call at an instruction."""
        return Site(target, self.place(flow.locations[flow.places[pc]]))


def link(blueprint: Blueprint, code_cache: CodeCache | None = None, digest: bytes | None = None) -> Image:
    """Make the cells of every flow. Generated code of the program is kept in ``code_cache``, too; under a ``digest`` of the
    program, where that is known (else its bytes are made for it when there is code to keep)."""
    image = Image(blueprint, code_cache, digest)
    for linked in image.flows:
        _Linking(image, linked).run()
    return image


class _Linking:
    """The work on one flow."""

    def __init__(self, image: Image, linked: LinkedFlow) -> None:
        self.image = image
        self.linked = linked
        self.flow = linked.flow

    def run(self) -> None:
        for pc, instruction in enumerate(self.flow.code):
            cell = self.linked.cells[pc]
            cell[:] = LINKS[type(instruction)](self, pc, instruction)
            if cell[5] is None and not instruction.ends_block:
                cell[5] = self.cell_at(pc + 1)
        self.linked.quads = join(self.linked.cells)
        self.linked.start = self.cell_at(0)
        self.linked.heads[id(self.linked.start)] = 0

    def read(self, operand: int) -> int:
        """The index of a register, or of a constant behind the registers."""
        return operand if operand >= 0 else self.flow.registers - 1 - operand

    def read_all(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([self.read(operand) for operand in operands])

    def cell_at(self, target: int) -> Cell:
        return self.linked.cell_at(target)

    def goto(self, pc: int, target: int) -> Cell:
        """Where a jump from ``pc`` goes: straight on, or through a cell that counts a turn when it goes back."""
        cell = self.cell_at(target)
        if target > pc:
            return cell
        turn: Cell = [cells.TURN, None, None, None, None, cell]
        self._goes_back(pc, target, turn)
        self.linked.cells.append(turn)
        self.linked.pcs[id(turn)] = pc
        return turn

    def jump_back(self, pc: int, target: int) -> Cell:
        """A jump's own cell, which counts the turn."""
        if target <= pc:
            self._goes_back(pc, target, self.linked.cells[pc])
        return self.cell_at(target)

    def _goes_back(self, pc: int, target: int, turn: Cell) -> None:
        self.linked.back[pc, target] = turn
        self.linked.heads[id(self.cell_at(target))] = target

    def site(self, pc: int, target: str) -> Site:
        return self.image.site(self.flow, pc, target)


def _copy(linking: _Linking, pc: int, i: op.Copy) -> Cell:
    return [cells.COPY, None, linking.read(i.source), None, i.dst, None]


def _compute(linking: _Linking, pc: int, i: op.Compute) -> Cell:
    function = OPERATIONS[i.operation].function
    arguments = linking.read_all(i.arguments)
    if any(i.forms):
        naming = call_operations.CALLEES.get(i.operation)
        call = (function, arguments, i.forms, VALUES.get(i.operation, f"{i.operation}()"))
        return [cells.PLAIN, plain.compute_for if naming else plain.compute, call, naming, i.dst, None]
    if len(arguments) == 2:
        return [cells.BINARY, function, *arguments, i.dst, None]
    if len(arguments) == 1:
        return [cells.UNARY, function, arguments[0], None, i.dst, None]
    return [cells.NARY, function, gatherer(arguments), None, i.dst, None]


def _plain(function: Callable[..., None], fields: Callable[[_Linking, Any], tuple[Any, Any, Any]]) -> Any:
    def link_one(linking: _Linking, pc: int, i: op.Instruction) -> Cell:
        return [cells.PLAIN, function, *fields(linking, i), None]

    return link_one


def _next(linking: _Linking, pc: int, i: op.Next) -> Cell:
    return [cells.STEP, None, linking.read(i.cursor), linking.goto(pc, i.done), i.dst, None]


def _jump(linking: _Linking, pc: int, i: op.Jump) -> Cell:
    return [cells.TURN, None, None, None, None, linking.jump_back(pc, i.target)]  # a forward one is never reached


def _branch(linking: _Linking, pc: int, i: op.Branch) -> Cell:
    then, otherwise = linking.goto(pc, i.then), linking.goto(pc, i.otherwise)
    return [cells.BRANCH, None, linking.read(i.condition), None, otherwise, then]


def _test(linking: _Linking, pc: int, i: op.Test) -> Cell:
    function = OPERATIONS[i.operation].function
    operands = (linking.read(i.left), linking.read(i.right))
    then, otherwise = linking.goto(pc, i.then), linking.goto(pc, i.otherwise)
    if i.then <= pc:
        linking.linked.turns[id(linking.linked.cells[pc])] = then
        return [cells.TEST_BACK, function, *operands, otherwise, then[5]]
    if i.otherwise <= pc:
        linking.linked.turns[id(linking.linked.cells[pc])] = otherwise
        return [cells.TEST_NOT_BACK, function, *operands, then, otherwise[5]]
    return [cells.TEST, function, *operands, otherwise, then]


def _switch(linking: _Linking, pc: int, i: op.Switch) -> Cell:
    targets = [linking.goto(pc, case) for case in i.cases]
    return [cells.SWITCH, None, targets, linking.read(i.value), None, linking.goto(pc, i.otherwise)]


def _return(linking: _Linking, pc: int, i: op.Return) -> Cell:
    return [cells.RETURN, None, linking.read(i.value), None, None, None]


def _fail(linking: _Linking, pc: int, i: op.Fail) -> Cell:
    return [cells.FAIL, None, linking.read(i.error), linking.read(i.cause), None, None]


def _reraise(linking: _Linking, pc: int, i: op.Reraise) -> Cell:
    return [cells.RERAISE, None, linking.read(i.error), None, None, None]


def _is_none(linking: _Linking, operand: int) -> bool:
    return operand < 0 and linking.flow.constants[-1 - operand].value is None


def _named(target: str) -> Callable[[Any], str]:
    """What errors call a task or a service."""
    shown = f"{target.replace(':', '.')}()"
    return lambda _: shown


def _call(linking: _Linking, pc: int, i: op.Call) -> Cell:
    site = linking.site(pc, linking.image.blueprint.tasks[i.task].name)
    arguments = linking.read_all(i.arguments)
    if not any(i.forms) and _is_none(linking, i.policies):
        return [cells.CALL, site, gatherer(arguments), None, i.dst, None]
    pick = calls.argument_picker(arguments, i.forms, _named(site.target))
    plan = calls.CallPlan(site, pick, linking.read(i.policies))
    return [cells.HOST, calls.call_task, plan, None, i.dst, None]


def _method(linking: _Linking, pc: int, i: op.Method) -> Cell:
    target, name = linking.read(i.target), i.name
    pick = calls.argument_picker(linking.read_all(i.arguments), i.forms, lambda registers: getattr(registers[target], name))
    plan = calls.MethodPlan(linking.site(pc, f".{name}"), target, name, pick, linking.image.blueprint.strict)
    return [cells.HOST, calls.call_method, plan, None, i.dst, None]


def _close(linking: _Linking, pc: int, i: op.Close) -> Cell:
    template = functions.template(linking.image.flows[i.flow], i.name, len(i.captured))
    plan = functions.ClosePlan(template, gatherer(linking.read_all(i.captured)))
    return [cells.HOST, functions.close, plan, None, i.dst, None]


def _invoke(linking: _Linking, pc: int, i: op.Invoke) -> Cell:
    target, strict = linking.read(i.target), linking.image.blueprint.strict
    arguments = calls.argument_picker(linking.read_all(i.arguments), i.forms, itemgetter(target))
    plan = functions.InvokePlan(linking.site(pc, "()"), target, arguments, strict)
    enter: Cell = [cells.ENTER, functions.enter, plan, None, i.dst, linking.cell_at(pc + 1)]
    linking.linked.cells.append(enter)
    linking.linked.pcs[id(enter)] = pc
    return [cells.HOST, functions.invoke, plan, enter, i.dst, None]


def _request(linking: _Linking, pc: int, i: op.Request) -> Cell:
    arguments = calls.argument_picker(linking.read_all(i.arguments), i.forms, _named(i.service))
    plan = calls.CallPlan(linking.site(pc, i.service), arguments, 0)
    return [cells.HOST, calls.request, plan, i.service, i.dst, None]


def _call_flow(linking: _Linking, pc: int, i: op.CallFlow) -> Cell:
    callee = linking.image.flows[i.flow]
    arguments = gatherer(linking.read_all(i.arguments))
    if _is_none(linking, i.policies):
        return [cells.PUSH, callee, arguments, None, i.dst, None]
    plan = calls.StrandPlan(linking.site(pc, callee.flow.name), (callee,), (arguments,), linking.read(i.policies))
    return [cells.HOST, calls.attempt_flow, plan, None, i.dst, None]


def _tail_call(linking: _Linking, pc: int, i: op.TailCall) -> Cell:
    return [cells.TAIL, linking.image.flows[i.flow], gatherer(linking.read_all(i.arguments)), None, None, None]


def _fork(linking: _Linking, pc: int, i: op.Fork) -> Cell:
    flows = tuple([linking.image.flows[flow] for flow in i.flows])
    arguments = tuple([gatherer(linking.read_all(group)) for group in i.arguments])
    site, limit, none = linking.site(pc, "parallel"), linking.read(i.limit), ((),) * len(flows)
    inputs, after = i.inputs or none, i.after or none
    needs = tuple([(*given, *before) for given, before in zip(inputs, after, strict=True)])
    plan = calls.StrandPlan(site, flows, arguments, limit, *((inputs, needs) if any(needs) else ()))
    return [cells.HOST, calls.fork, plan, None, i.dst, None]


def _map(linking: _Linking, pc: int, i: op.Map) -> Cell:
    callee = linking.image.flows[i.flow]
    arguments = gatherer(linking.read_all(i.arguments))
    plan = calls.StrandPlan(linking.site(pc, "parallel"), (callee,), (arguments,), linking.read(i.limit))
    return [cells.HOST, calls.map_flow, plan, linking.read(i.items), i.dst, None]


LINKS: dict[type[op.Instruction], Callable[[_Linking, int, Any], Cell]] = {
    op.Copy: _copy,
    op.Move: _plain(plain.move, lambda k, i: (i.targets, k.read_all(i.sources), None)),
    op.Compute: _compute,
    op.Pack: _plain(plain.pack, lambda k, i: (k.read_all(i.sources), None, i.dst)),
    op.Unpack: _plain(plain.unpack, lambda k, i: (i.targets, i.star, k.read(i.source))),
    op.Restore: _plain(plain.restore, lambda k, i: (i.targets, i.branch, k.read(i.source))),
    op.Attribute: _plain(plain.attribute, lambda k, i: (k.read(i.target), i.name, i.dst)),
    op.Clear: _plain(plain.clear, lambda k, i: (None, None, i.dst)),
    op.Bound: _plain(plain.bound, lambda k, i: (k.read(i.variable), None, i.dst)),
    op.Check: _plain(plain.check, lambda k, i: (k.read(i.variable), i.name, None)),
    op.Iterate: _plain(plain.iterate, lambda k, i: (k.read(i.source), None, i.dst)),
    op.Match: _plain(plain.match, lambda k, i: (k.read(i.error), plain.errors_named(i.kinds), i.dst)),
    op.Next: _next,
    op.Jump: _jump,
    op.Branch: _branch,
    op.Test: _test,
    op.Switch: _switch,
    op.Return: _return,
    op.Fail: _fail,
    op.Reraise: _reraise,
    op.Call: _call,
    op.Method: _method,
    op.Close: _close,
    op.Invoke: _invoke,
    op.Request: _request,
    op.CallFlow: _call_flow,
    op.TailCall: _tail_call,
    op.Fork: _fork,
    op.Map: _map,
}
"""How each opcode becomes a cell: the machine's table of handlers."""
