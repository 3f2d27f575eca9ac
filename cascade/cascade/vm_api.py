"""Blueprints of graphs of calls, and a machine to run them: for those who want to keep, ship or look at what is run.

`Engine` does both at once, and plans a structure once. This file knows neither solvers nor buses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cascade_vm.blueprint import Blueprint
from cascade_vm.constants import Constant, is_constant
from cascade_vm.control import Jump, TailCall
from cascade_vm.signature import bind

from cascade.adapters.solvers.native import NativeSolver, Solver
from cascade.errors import EngineError, Problem, UsageError
from cascade.inputs import Input
from cascade.lazy import LazyResult, target_name
from cascade.program import FlowCall, Material, Program

if TYPE_CHECKING:
    from cascade.engine import Engine
    from cascade.lazy_graph import LazyGraph

__all__ = ["Blueprint", "BlueprintBuilder", "Jump", "TailCall", "VirtualMachine"]


class BlueprintBuilder:
    """Makes Blueprints of what `cascade.run` takes.

    >>> add = cs.task(name="m:add")(lambda a, b=1: a + b)
    >>> blueprint = BlueprintBuilder().build(add(1, add(2)), template=True)
    >>> [parameter.name for parameter in blueprint.flows[blueprint.entry].parameters]
    ['a']
    """

    def __init__(self, solver: Solver | None = None) -> None:
        self._solver: Solver = NativeSolver() if solver is None else solver

    def build(self, target: object, *, template: bool = False) -> Blueprint:
        """The Blueprint of a graph. Its entry has an input for each `cs.Param` and `cs.Env`, by their names.

        With ``template`` the literal arguments of the root, the call that gives the result, are inputs too, under the names
        of the root's parameters, and required: one Blueprint for all calls of that shape, loops included. All other literals
        are written into the Blueprint. Raises `EngineError` CS453 for one that can not be.
        """
        from cascade_compiler.root import call_template

        from cascade.loading import compile_graph
        from cascade.planning import compile_plan, graph_of

        graph = graph_of(target)
        plan = compile_plan(graph, self._solver.resolve(graph))
        names = _inputs_of_root(graph) if template else {}
        arguments = [_argument(value, names.get(slot)) for slot, value in enumerate(graph.values)]
        try:
            program = call_template(plan.program, plan.root, arguments, _entry_name(target))
        except TypeError as error:
            hint = "make it an input: a `cs.Param`, or an argument of the root with template=True"
            raise EngineError(Problem("CS453", str(error), hint=hint)) from None
        return compile_graph(program, 2)


class VirtualMachine:
    """Runs Blueprints. Their tasks are found by the names that they were registered by.

    ``engine`` says how tasks are called, what the system has, and where events go.

    >>> import asyncio
    >>> add = cs.task(name="m:add")(lambda a, b=1: a + b)
    >>> blueprint = BlueprintBuilder().build(add(1, add(2)), template=True)
    >>> asyncio.run(VirtualMachine().execute(blueprint, kwargs={"a": 39}))
    42
    """

    def __init__(self, engine: Engine | None = None) -> None:
        if engine is None:
            from cascade.engine import Engine

            engine = Engine()
        self._engine = engine

    async def execute(
        self, blueprint: Blueprint, args: Sequence[object] = (), kwargs: Mapping[str, object] | None = None
    ) -> Any:
        """Run the entry of a Blueprint with arguments for its inputs, and give its result.

        Raises `TypeError` for arguments that do not fit, and `TaskError` for tasks that are not there, or not as they were.
        """
        if blueprint.entry is None:
            raise UsageError(Problem("CS403", "this Blueprint does not say which of its flows to run"))
        from cascade.task_modules import bind_registered

        material = Material(blueprint, bind_registered(blueprint.tasks), {}, None)
        flow = Program("a Blueprint", material)[blueprint.flows[blueprint.entry].name]
        return await self._engine.run(FlowCall(flow, tuple(bind(flow.code, args, kwargs or {}))))


def _entry_name(target: object) -> str:
    return target_name(target.target) if isinstance(target, LazyResult) else "graph"


def _argument(value: object, name: str | None) -> object:
    """What the entry hands to the plan for one of its slots: an input, or a literal that is written into the Blueprint."""
    from cascade_compiler.root import Input as Named

    if name is not None:
        return Named(name)
    if isinstance(value, Input):
        return Named(value.name, Constant(value.default) if is_constant(value.default) else None)
    return value


def _inputs_of_root(graph: LazyGraph) -> dict[int, str]:
    """The slots that the root's literals are in, with the names of its parameters."""
    from cascade.shapes import CallShape

    shape = graph.nodes[graph.target].shape
    if not isinstance(shape, CallShape):
        return {}
    names = _parameter_names(shape.target, len(shape.arguments))
    slots = graph.inputs_of(graph.target)
    return {slot: names[form] if isinstance(form, int) else form for form, slot in slots.items()}


def _parameter_names(target: Any, count: int) -> list[str]:
    """Names for arguments by position: those that a rest parameter takes are counted."""
    names: list[str] = []
    for parameter in getattr(target, "fit", target).parameters or ():
        if parameter.kind in ("position", "either"):
            names.append(parameter.name)
        elif parameter.kind == "rest":
            return names + [f"{parameter.name}{number}" for number in range(count)]
    return names + [f"argument{number}" for number in range(count)]
