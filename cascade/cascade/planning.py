"""Plans: a graph of calls becomes a program that both engines run.

`graph_of` reads a graph (`cascade.lazy_graph`), a solver says in what order its nodes can run, `compile_plan` makes the
program: one root flow whose parameters are the graph's slots, so that one plan serves every call of one shape. What the nodes
of an outline mean is built by `cascade_compiler.declarative`.

A value that is a `TailCall` without a target starts the call that gave it again, if that call is what the run is for. One
with a target, and one from a call that a cache stands before, is the value of the program: whoever runs it goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cascade_compiler.declarative import Outline, build_program
from cascade_compiler.declarative.demand import CircularDemand
from cascade_compiler.declarative.outline import (
    Call,
    CallEach,
    Collect,
    Enter,
    Item,
    Operand,
    Result,
    Route,
    Setting,
    Slot,
    States,
    Work,
)
from cascade_compiler.declarative.program import ROOT
from cascade_vm.host import Place
from cascade_vm.linker import Image, link

from cascade import registry
from cascade.errors import GraphError, Problem
from cascade.lazy import Mapped
from cascade.lazy_graph import LazyGraph, Node, graph_of
from cascade.places import format_place, place_in
from cascade.program import CODE_ON_DISK, Flow
from cascade.shapes import CallShape, CollectShape, Number, RouteShape, numbers_in, slot_number
from cascade.tasks import Task

if TYPE_CHECKING:
    from cascade_compiler import graph
    from cascade_vm.blueprint import Blueprint

    from cascade.task_sources import Sourced

__all__ = ["LazyGraph", "Node", "Plan", "compile_plan", "graph_of"]


_LARGE = 20_000
"""Nodes of a program. Optimising costs 70 µs for each, which no run of a plan this large, straight on, ever saves again."""


class Plan:
    """A program for all graphs of one key. The flow called ``root`` takes the values of a graph's slots.

    ``tasks`` are the functions of the program's tasks, by the names that it has for them.
    """

    root = ROOT

    def __init__(self, program: graph.Program, tasks: Mapping[str, Task[..., Any]]) -> None:
        self.program = program
        self.tasks = tasks
        self._sourced: Sourced[Plan] | None = None

    @property
    def sourced(self) -> Plan:
        """The same plan with small tasks in loops compiled from their sources (`cascade.task_sources`)."""
        found = self._sourced
        if found is None or not found.is_current:
            from cascade.task_sources import Sourced, sourced_program

            made = sourced_program(self.program, self.tasks)
            plan = self if made.made is self.program else Plan(made.made, self.tasks)
            found = self._sourced = Sourced(plan, made.sources)
        return found.made

    @cached_property
    def blueprint(self) -> Blueprint:
        """The program for the machine, optimised."""
        from cascade_compiler.lowering import lower
        from cascade_compiler.optimise import optimise

        return optimise(lower(self.program))

    @cached_property
    def image(self) -> Image:
        """The linked Blueprint, shared by every run."""
        return link(self._code, CODE_ON_DISK)

    @cached_property
    def root_index(self) -> int:
        """The number of the root in the image."""
        return self._code.flow_named(self.root)

    @cached_property
    def _code(self) -> Blueprint:
        """What runs: the Blueprint, or, of a large graph, the plain one."""
        from cascade_compiler.lowering import lower

        size = sum(len(block.nodes) for flow in self.program.flows for block in flow.blocks)
        return lower(self.program) if size > _LARGE else self.blueprint


def compile_plan(graph: LazyGraph, stages: Iterable[Iterable[Node]]) -> Plan:
    """The plan of a graph whose nodes can run in the order of ``stages``.

    Raises `GraphError`: CS441 for routers that would have to wait for each other, CS442 for what can not be done to a map or
    a router, CS443 for an order in which the nodes can not run.
    """
    order = [node.id for stage in stages for node in stage]
    _check_order(graph, order)
    compiling = _Compiling(graph, order)
    try:
        program = build_program(compiling.outline())
    except CircularDemand as circle:
        nodes = [graph.nodes[order[number]] for number in circle.nodes]
        names = ", ".join(f"`{node.name}`" for node in nodes[:5])
        hint = "the selector of a router needs what only another route of a router needs: call that outside of the routes"
        raise GraphError(Problem("CS441", f"routers wait for each other: {names}", _first_place(nodes), hint)) from None
    return Plan(program, compiling.tasks)


def _check_order(graph: LazyGraph, order: Sequence[int]) -> None:
    done: set[int] = set()
    for number in order:
        late = [need for need in graph.nodes[number].dependencies if need not in done]
        if late or number in done:
            node, why = graph.nodes[number], f"before `{graph.nodes[late[0]].name}`, which it needs" if late else "twice"
            raise GraphError(Problem("CS443", f"the solver would run `{node.name}` {why}", format_place(node.place)))
        done.add(number)
    if len(done) < len(graph.nodes):
        left = next(node for node in graph.nodes if node.id not in done)
        raise GraphError(Problem("CS443", f"the solver left out `{left.name}`", format_place(left.place)))


def _first_place(nodes: Sequence[Node]) -> str | None:
    return next((format_place(node.place) for node in nodes if node.site[0] is not None), None)


class _Compiling:
    """A graph on its way to an outline: nodes get the numbers of their places in the order."""

    def __init__(self, graph: LazyGraph, order: Sequence[int]) -> None:
        self.graph = graph
        self.order = order
        self.rank = {number: place for place, number in enumerate(order)}
        self.flows = _Flows()
        self.tasks = self.flows.tasks
        self._places = _places(graph)

    def outline(self) -> Outline:
        nodes = tuple([self._item(self.graph.nodes[number]) for number in self.order])
        declared = tuple([_declared(name, task) for name, task in self.tasks.items()])
        flows = tuple(self.flows.made)
        return Outline(nodes, self.rank[self.graph.target], len(self.graph.values), declared, flows, self.flows.strict)

    def _item(self, node: Node) -> Item:
        shape, place = node.shape, self._places[node.id]
        if not isinstance(shape, CallShape):
            return Item(node.name, place, self._work(node))
        self._check_call(node, shape)
        states = None
        if shape.keys is not None:
            rows = tuple(None if state is None else self.rank[state] for state in shape.states)
            states = States(shape.keys, rows)
        return Item(
            node.name,
            place,
            self._work(node),
            tuple(Setting(policy.kind, self._operands(policy.settings)) for policy in shape.policies),
            self._optional(shape.condition),
            tuple(self.rank[other] for other in shape.after),
            states,
            self._optional(shape.otherwise),
        )

    def _work(self, node: Node) -> Work:
        shape = node.shape
        match shape:
            case CollectShape():
                return Collect(shape.kind, self._operands(shape.items))
            case RouteShape():
                return Route(self._operand(shape.selector), self._operand(shape.keys), self._operands(shape.routes))
            case CallShape(target=Mapped(target=target)):
                rows = tuple(Slot(number) for number in range(len(shape.forms)))
                return CallEach(shape.forms, self._operands(shape.arguments), self._call(target, shape, rows))
            case CallShape():
                return self._call(shape.target, shape, self._operands(shape.arguments))

    def _call(self, target: Any, shape: CallShape, arguments: tuple[Operand, ...]) -> Call | Enter:
        if isinstance(target, Task):
            return Call(self.flows.name_of_task(target), arguments, shape.forms, _names(target), target.declared.parameters)
        assert shape.flow is not None
        flow: Flow = shape.flow.value
        return Enter(self.flows.name_of_flow(flow), flow.parameters, arguments, shape.forms)

    def _check_call(self, node: Node, shape: CallShape) -> None:
        """What can be done to some kinds of nodes only."""
        if isinstance(shape.target, Mapped) and not isinstance(shape.target.target, Task) and _is_cached(shape):
            _refuse(node, f"`{node.name}` calls a flow for each item, and a cache can not tell these calls apart")
        for state in shape.states:
            if state is None:
                continue
            other = self.graph.nodes[state]
            told = other.shape
            if not isinstance(told, CallShape) or isinstance(told.target, Mapped):
                message = f"`{node.name}` jumps to `{other.name}`, which is no single call"
                _refuse(node, message, "jump to a call of a task or a flow")
            elif not isinstance(told.target, Task) and _is_cached(told):
                _refuse(node, f"`{node.name}` jumps to `{other.name}`, a flow that a cache stands before")

    # --- numbers ---

    def _operand(self, number: Number) -> Operand:
        return Result(self.rank[number]) if number >= 0 else Slot(slot_number(number))

    def _optional(self, number: Number | None) -> Operand | None:
        return None if number is None else self._operand(number)

    def _operands(self, numbers: Iterable[Number]) -> tuple[Operand, ...]:
        return tuple([self._operand(number) for number in numbers])


def _is_cached(shape: CallShape) -> bool:
    return any(policy.kind == "cache" for policy in shape.policies)


def _refuse(node: Node, message: str, hint: str | None = None) -> None:
    raise GraphError(Problem("CS442", message, format_place(node.place), hint))


def _names(task: Task[..., Any]) -> tuple[str, ...]:
    """The parameters that can be given by position, "" for one that can not be given by name."""
    kinds = {"either": True, "position": False}
    parameters = task.declared.parameters or ()
    return tuple(each.name if kinds[each.kind] else "" for each in parameters if each.kind in kinds)


def _declared(name: str, task: Task[..., Any]) -> Any:
    from cascade.task_modules import declare

    return declare(name, task)


def _places(graph: LazyGraph) -> dict[int, Place]:
    """Where each node is written; containers are where those are that get them, else where what they hold is."""
    known: dict[tuple[int, int, str], Place] = {}
    places: dict[int, Place] = {}
    for node in graph.nodes:
        code, at = node.site
        if code is not None:
            key = (id(code), at, node.name)
            if key not in known:
                known[key] = node.place
            places[node.id] = known[key]
    unknown = place_in(None, 0, "graph")
    for node in reversed(graph.nodes):
        here = places.get(node.id)
        for need in numbers_in(node.shape):
            if need >= 0 and here is not None:
                places.setdefault(need, here)
    for node in graph.nodes:
        inside = (places[need] for need in numbers_in(node.shape) if need >= 0)
        places.setdefault(node.id, next(inside, unknown))
    return places


class _Flows:
    """The flows and tasks of a plan, under names of their own."""

    def __init__(self) -> None:
        self.made: list[graph.FlowGraph] = []
        self.tasks: dict[str, Task[..., Any]] = {}
        self.strict = False
        self._task_names: dict[int, str] = {}
        self._renamed: dict[int, Mapping[str, str]] = {}
        self._taken: dict[str, graph.FlowGraph] = {}  # as they are in their own programs

    def name_of_task(self, task: Task[..., Any], preferred: str | None = None) -> str:
        """The task's own name, or its key in the registry when another has that name."""
        found = self._task_names.get(id(task))
        if found is None:
            name = preferred or (task.name if registry.find(task.name) is task else task.key)
            number = 2
            while name in self.tasks:
                name, number = f"{task.name.partition('#')[0]}#{number}", number + 1
            found = self._task_names[id(task)] = name
            self.tasks[name] = task
        return found

    def name_of_flow(self, flow: Flow) -> str:
        """The name of a flow in the plan, which then has all flows of its program."""
        from cascade_compiler.declarative.renaming import renamed

        material = flow.program.material
        names = self._renamed.get(id(material))
        if names is None:
            program = _graph_of_material(material)
            tasks = {name: self.name_of_task(task, name) for name, task in material.tasks.items()}
            as_they_are = all(name == new for name, new in tasks.items())
            new = [each for each in program.flows if not (as_they_are and self._taken.get(each.name) is each)]
            prefix = f"p{len(self._renamed) + 1}." if any(each.name in self._taken for each in new) else ""
            names = {each.name: each.name for each in program.flows} | {each.name: prefix + each.name for each in new}
            self._renamed[id(material)] = names
            self._taken |= {names[each.name]: each for each in new}
            self.made += [renamed(each, names, tasks) for each in new]
            self.strict = self.strict or program.strict
        return names[flow.name]


def _graph_of_material(material: Any) -> graph.Program:
    """The flow graph of a program; that of a built one is made of its Blueprint."""
    from cascade.flow_calls import lifted

    program: graph.Program = material.graph or lifted(material.blueprint)
    return program
