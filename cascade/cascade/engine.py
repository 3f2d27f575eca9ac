"""The engine: plans what it is given, once a structure, and runs the plan on the machine or on the reference interpreter.

An engine may have any number of runs under way at a time. They share its plans, its executor, its bus and what the system
has; everything else is a run's own (`cascade.one_run`). It knows nothing of how graphs become programs (`cascade.planning`) and
of what calls need (`cascade.engine_host`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload
from weakref import WeakKeyDictionary

from cascade_vm.host import Meter
from cascade_vm.machine import PATIENCE, Machine
from cascade_vm.opcodes import Invoke

from cascade.adapters.executors.local import Executor, LocalExecutor
from cascade.adapters.solvers.native import NativeSolver, Solver
from cascade.awaiting import Awaiting
from cascade.bus import Delivery, MessageBus
from cascade.capacity import Capacity
from cascade.engine_host import EngineHost
from cascade.flow_calls import sourced
from cascade.one_run import NOTHING_GIVEN, Budget, Given, Run, checked_budget

if TYPE_CHECKING:
    from cascade.events import Event, Listener
    from cascade.lazy import LazyResult
    from cascade.planning import LazyGraph, Node, Plan
    from cascade.program import FlowCall, Material
    from cascade.signals import Signals
    from cascade.task_sources import Sourced

__all__ = ["Engine"]

R = TypeVar("R")


class _Kept(NamedTuple):
    """The machine of a program's runs, and what was made of the sources of its tasks, if anything was."""

    machine: Machine | None
    sourced: Sourced[Material | None] | None


class Engine:
    """Runs graphs of calls, calls of flows, and lists, tuples and dicts of them.

    ``system_resources`` says how much there is of what `with_constraints` asks for; without it nothing is limited.
    ``most_plans`` plans are kept, those used last. Without ``codegen`` the machine makes no Python functions of flows that run
    for long: they mean the same, and are ten times as slow.

    >>> import asyncio
    >>> double = cs.task(lambda number: 2 * number)
    >>> engine = Engine(system_resources={"gpu": 1})
    >>> asyncio.run(engine.run([double(cs.Param("n")).with_constraints(gpu=1)], params={"n": 4}))
    [8]
    """

    def __init__(
        self,
        solver: Solver | None = None,
        executor: Executor | None = None,
        bus: MessageBus | None = None,
        *,
        system_resources: Mapping[str, float] | None = None,
        most_plans: int = 256,
        codegen: bool = True,
    ) -> None:
        self.solver: Solver = NativeSolver() if solver is None else solver
        self.executor: Executor = LocalExecutor() if executor is None else executor
        self.bus = MessageBus() if bus is None else bus
        self.patience = PATIENCE if codegen else None
        self._capacity = Capacity(system_resources)
        self._most_plans = most_plans
        self._plans: OrderedDict[object, tuple[Plan, EngineHost]] = OrderedDict()
        self._stages: OrderedDict[object, list[list[int]]] = OrderedDict()
        self._hosts: WeakKeyDictionary[Material, EngineHost] = WeakKeyDictionary()
        self._machines: tuple[WeakKeyDictionary[Material, _Kept], ...] = (WeakKeyDictionary(), WeakKeyDictionary())

    @overload
    def run(
        self,
        target: LazyResult[R],
        params: Mapping[str, object] | None = None,
        use_vm: bool | None = None,
        *,
        budget: Budget | None = None,
        listener: Listener | None = None,
        signals: Signals | None = None,
    ) -> Awaiting[R]: ...
    @overload
    def run(
        self,
        target: object,
        params: Mapping[str, object] | None = None,
        use_vm: bool | None = None,
        *,
        budget: Budget | None = None,
        listener: Listener | None = None,
        signals: Signals | None = None,
    ) -> Awaiting[Any]: ...
    def run(
        self,
        target: object,
        params: Mapping[str, object] | None = None,
        use_vm: bool | None = None,
        *,
        budget: Budget | None = None,
        listener: Listener | None = None,
        signals: Signals | None = None,
    ) -> Awaiting[Any]:
        """Run ``target`` to its end and give its result: a coroutine.

        ``params`` are the values of its `cs.Param`. ``use_vm`` False runs it on the reference interpreter, which means the
        same and is slower. The other options are those of `cascade.arun`. What a task raises comes out as it is. When the
        run ends, however it does, all that it began has ended, and the bus has handed out its events.
        """
        delivery = self.bus.delivery() if self.bus.has_subscribers else None
        asked = params is not None or budget is not None or listener is not None or signals is not None or use_vm is False
        if not asked and delivery is None:
            return Run(self, target, NOTHING_GIVEN).awaiting()
        budget = checked_budget(budget, "budget")
        meter = None if budget is None else Meter(budget.turns, budget.calls)
        given = Given(params, meter, _heard_by(delivery, listener), signals, use_vm is not False)
        running = Run(self, target, given).awaiting()
        return running if delivery is None else Awaiting(_delivered(running, delivery))

    def close(self) -> None:
        """End idle threads and processes. A run after this begins anew."""
        self.executor.close()

    # --- what runs share ---

    def planned(self, target: object) -> tuple[Plan, EngineHost, Sequence[object]]:
        """The plan of a graph, the host of the plan's tasks, and what its slots hold."""
        from cascade.alike import as_map
        from cascade.planning import graph_of

        mapped = as_map(target) if type(self.solver) is NativeSolver else None  # any other is asked about each call
        graph = graph_of(target if mapped is None else mapped)
        return *self.plan_of(graph), graph.values

    def plan_of(self, graph: LazyGraph) -> tuple[Plan, EngineHost]:
        """The plan of a graph, made when there is none for its structure, and the host of the plan's tasks."""
        found = self._plans.get(graph.key)
        if found is not None:
            self._plans.move_to_end(graph.key)
            return found
        from cascade.planning import compile_plan

        plan = compile_plan(graph, self._stages_of(graph))
        made = self._plans[graph.key] = (plan, self._host(plan.tasks))
        if len(self._plans) > self._most_plans:
            self._plans.popitem(last=False)
        return made

    def _stages_of(self, graph: LazyGraph) -> list[list[Node]]:
        """What the solver says, or said of a graph of this structure that is written elsewhere."""
        found = self._stages.get(graph.structure)
        if found is None:
            stages = self.solver.resolve(graph)
            found = self._stages[graph.structure] = [[node.id for node in stage] for stage in stages]
            if len(self._stages) > self._most_plans:
                self._stages.popitem(last=False)
        return [[graph.nodes[number] for number in stage] for stage in found]

    def host_of(self, material: Material) -> EngineHost:
        """The host of a program's tasks."""
        found = self._hosts.get(material)
        if found is None:
            found = self._hosts[material] = self._host(material.tasks)
        return found

    def machine_of(self, call: FlowCall, from_python: bool) -> Machine | None:
        """The machine of all runs of a program that are given nothing; None when each needs a host of its own."""
        material = call.flow.program.material
        kept = self._machines[from_python].get(material)
        if kept is None or (kept.sourced is not None and not kept.sourced.is_current):
            kept = self._machines[from_python][material] = self._keep(material, from_python)
        return kept.machine

    def _keep(self, material: Material, from_python: bool) -> _Kept:
        found = sourced(material) if from_python and self.calls_in_place else None
        runs = material if found is None or found.made is None else found.made
        host = self.host_of(material)
        # A value that is called may be a task which asks for resources, and those are a run's own.
        calls_values = any(isinstance(one, Invoke) for flow in runs.image.blueprint.flows for one in flow.code)
        machine = None if calls_values or host.asks_for_resources else self._machine(runs, host)
        return _Kept(machine, found if found is not None and found.sources else None)

    def _machine(self, material: Material, host: EngineHost) -> Machine:
        return Machine(material.image, host.for_all_runs(), patience=self.patience)

    @property
    def calls_in_place(self) -> bool:
        """Whether it can not be seen that a task is compiled from its source and not called."""
        return type(self.executor) is LocalExecutor

    def _host(self, tasks: Mapping[str, Any]) -> EngineHost:
        return EngineHost(tasks, capacity=self._capacity, executor=self.executor)


async def _delivered(running: Awaiting[Any], delivery: Delivery) -> object:
    """The result of a run whose events have been handed out."""
    try:
        return await running
    finally:
        await delivery.finish()


def _heard_by(delivery: Delivery | None, listener: Listener | None) -> Listener | None:
    """Who gets the events; None when nobody does."""
    if delivery is None or listener is None:
        return delivery or listener
    from cascade.events import tell

    def both(event: Event) -> None:
        delivery(event)  # which numbers it
        tell(listener, event)

    return both
