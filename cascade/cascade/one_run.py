"""One run: its programs, one after the other when tasks answer with tail calls to others, from its first event to its last.

What runs of an engine share is the engine's. This file knows neither solvers nor buses.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cascade_vm.control import Jump, TailCall
from cascade_vm.host import Meter
from cascade_vm.machine import Machine

from cascade.adapters.executors.local import LocalExecutor
from cascade.errors import EngineError, Problem
from cascade.flow_calls import checked_result, reported, start
from cascade.program import FlowCall
from cascade.resources import Inject
from cascade.targets import check_target, direct_call, following, name_of

if TYPE_CHECKING:
    from cascade.engine import Engine
    from cascade.engine_host import EngineHost
    from cascade.events import Listener
    from cascade.inputs import Input
    from cascade.signals import Signals

__all__ = ["Budget", "Run"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend: ``turns`` are rounds of loops and calls of flows, ``calls`` are calls of tasks. None: no limit.

    >>> @cs.flow
    ... def for_ever() -> None:
    ...     while True:
    ...         pass
    >>> cs.run(for_ever(), budget=Budget(turns=1000))
    Traceback (most recent call last):
    cascade_vm.errors.BudgetExhausted: the run used up its budget of 1000 turns
    """

    turns: int | None = None
    calls: int | None = None


class Run:
    """A run of an engine under way."""

    __slots__ = ("_engine", "_host", "_listener", "_meter", "_params", "_signals", "_use_vm")

    def __init__(
        self,
        engine: Engine,
        meter: Meter,
        listener: Listener | None,
        signals: Signals | None,
        params: Mapping[str, object] | None,
        use_vm: bool,
    ) -> None:
        self._engine = engine
        self._meter = meter
        self._listener = listener
        self._signals = signals
        self._use_vm = use_vm
        self._params = params
        self._host: EngineHost | None = None  # of the program that runs now

    def alone(self, target: object) -> Coroutine[Any, Any, object]:
        """Run a target to its end. When this ends, however it does, its resources have been torn down."""
        return self._cleaned(target) if self._listener is None else self._reported(target, self._listener)

    async def _reported(self, target: object, listener: Listener) -> object:
        check_target(target)
        return await reported(name_of(target), self._cleaned(target), listener)

    async def _cleaned(self, target: object) -> object:
        """The programs that tail calls lead to, until one ends with a value. Those that have ended are forgotten."""
        check_target(target)
        try:
            value = await self._begin(target)
            while type(value) is TailCall:
                target = following(target, value)
                value = await self._begin(target)
            if type(value) is Jump:
                raise _leads_nowhere(value)
            if isinstance(target, FlowCall):
                value = checked_result(target, value)
        except GeneratorExit:
            raise  # nothing can be awaited any more
        except BaseException as error:
            if self._host is not None:
                await self._host.close_run(error)
            raise
        if self._host is not None:
            await self._host.close_run(None)
        return value

    def _begin(self, target: object) -> Coroutine[Any, Any, object]:
        """The next program, as a coroutine."""
        call = target if isinstance(target, FlowCall) else direct_call(target)
        if call is None:
            return self._planned(target)
        if self._params and self._host is None:
            self._slots(())  # which refuses them
        material = call.flow.program.material
        host = self._enter(self._engine.host_of(material), False)
        if call is not target and self._uses_sources():  # a flow in Python
            from cascade.task_sources import sourced_material

            material = sourced_material(material)
        return start(call, host, self._use_vm, material)

    def _uses_sources(self) -> bool:
        """Whether this run is on the machine, and nobody could see that tasks are not called (`cascade.task_sources`)."""
        meter = self._meter
        unlimited = meter.turns_left is None and meter.calls_left is None
        return self._use_vm and self._listener is None and unlimited and type(self._engine.executor) is LocalExecutor

    def _planned(self, target: object) -> Coroutine[Any, Any, object]:
        from cascade.planning import graph_of

        lazy_graph = graph_of(target)
        plan, shared = self._engine.plan_of(lazy_graph)
        if self._uses_sources():
            plan = plan.sourced
        arguments = self._slots(lazy_graph.values)
        host = self._enter(shared, any(isinstance(value, Inject) for value in arguments))
        if self._use_vm:
            return Machine(plan.image, host).run(plan.root_index, arguments)
        from cascade.reference import Interpreter

        return Interpreter(plan.program, host).run(plan.root, arguments)

    def _slots(self, values: Sequence[object]) -> list[object]:
        """The inputs of a plan: literals as they are, parameters and variables of the environment as they are now."""
        from cascade.inputs import Input, read_inputs

        places = [place for place, value in enumerate(values) if isinstance(value, Input)]
        arguments = list(values)
        inputs: list[Input[Any]] = [values[place] for place in places]  # type: ignore[misc]
        for place, value in zip(places, read_inputs(inputs, self._given(inputs)), strict=True):
            arguments[place] = value
        return arguments

    def _given(self, inputs: Iterable[Input[Any]]) -> Mapping[str, object]:
        """The parameters that the caller gave. What a tail call leads to has those of them that it knows."""
        given = self._params or {}
        if self._host is None:
            return given
        known = {one.name for one in inputs}
        return {name: value for name, value in given.items() if name in known}

    def _enter(self, shared: EngineHost, injecting: bool) -> EngineHost:
        """The host for the next program; the resources of the run go on."""
        self._host = shared.for_run(
            self._meter, listener=self._listener, signals=self._signals, injecting=injecting, after=self._host
        )
        return self._host


def _leads_nowhere(jump: Jump) -> EngineError:
    message = f"the run ended with a jump to `{jump.target_key}`, and nothing says where that is"
    hint = "bind a selector to what returned it: `cs.bind(step, cs.select_jump({…}))`"
    return EngineError(Problem("CS449", message, hint=hint))
