"""One run: its programs, one after the other when tasks answer with tail calls to others, from its first event to its last.

What runs of an engine share is the engine's. This file knows neither solvers nor buses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cascade_vm.control import Jump, TailCall
from cascade_vm.host import Meter
from cascade_vm.machine import Machine

from cascade.declared import Mismatch, as_declared, parse_type
from cascade.errors import EngineError, Problem, ResultError, UsageError
from cascade.program import FlowCall
from cascade.resources import Inject
from cascade.signals import Signals
from cascade.targets import direct_call, following, name_of

if TYPE_CHECKING:
    from cascade_compiler import graph
    from cascade_vm.blueprint import Blueprint

    from cascade.engine import Engine
    from cascade.engine_host import EngineHost
    from cascade.events import Listener
    from cascade.host import LocalHost
    from cascade.inputs import Input

__all__ = ["Budget", "Run", "checked_result", "lifted", "reported", "start"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend: ``turns`` are rounds of loops and calls of flows, ``calls`` are calls of tasks. None: no limit."""

    turns: int | None = None
    calls: int | None = None


class Run:
    """A run of an engine under way."""

    __slots__ = ("_engine", "_host", "_listener", "_meter", "_params", "_signals", "_use_vm")

    def __init__(self, engine: Engine, meter: Meter, listener: Listener | None, signals: Signals | None, use_vm: bool) -> None:
        self._engine = engine
        self._meter = meter
        self._listener = listener
        self._signals = Signals() if signals is None else signals
        self._use_vm = use_vm
        self._params: Mapping[str, object] = {}
        self._host: EngineHost | None = None  # of the program that runs now

    def result(self, target: object, params: Mapping[str, object]) -> Coroutine[Any, Any, object]:
        """Run a target to its end. When this ends, however it does, its resources have been torn down."""
        self._params = params
        if self._listener is None:
            return self._cleaned(target)
        return reported(name_of(target), self._cleaned(target), self._listener)

    async def _cleaned(self, target: object) -> object:
        """The programs that tail calls lead to, until one ends with a value. Those that have ended are forgotten."""
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
        return start(call, self._enter(self._engine.host_of(call.flow.program.material), False), self._use_vm)

    def _planned(self, target: object) -> Coroutine[Any, Any, object]:
        from cascade.planning import graph_of

        lazy_graph = graph_of(target)
        plan, shared = self._engine.plan_of(lazy_graph)
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
        if self._host is None:
            return self._params
        known = {one.name for one in inputs}
        return {name: value for name, value in self._params.items() if name in known}

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


# --- calls of flows ------------------------------------------------------------------------------------------------------


def start(call: FlowCall, host: LocalHost, use_vm: bool) -> Coroutine[Any, Any, object]:
    """The run of a call, as a coroutine. Raises `UsageError` CS416 for a built program that has no flow graph."""
    material = call.flow.program.material
    if use_vm:
        return Machine(material.image, host).run(call.flow.index, call.arguments)
    from cascade.reference import Interpreter

    return Interpreter(material.graph or lifted(material.blueprint), host).run(call.flow.name, call.arguments)


def lifted(blueprint: Blueprint) -> graph.Program:
    """The flow graph of a built program."""
    from cascade_compiler.lifting import Unliftable, lift

    try:
        return lift(blueprint)
    except Unliftable as reason:
        message = f"this program can not be interpreted: {reason}"
        raise UsageError(Problem("CS416", message, hint="run it with --vm")) from None


def checked_result(call: FlowCall, value: object) -> object:
    """The result, if it is what the flow declares."""
    code = call.flow.code
    if code.returns == "any" or not call.flow.program.checks_types:
        return value
    try:
        return as_declared(parse_type(code.returns), value)
    except Mismatch as mismatch:
        found = f"{mismatch.found} at {mismatch.path}, which is not `{mismatch.wanted}`" if mismatch.path else mismatch.found
        raise ResultError(Problem("CS411", f"flow `{code.name}` returns `{code.returns}`, but gave {found}")) from None


async def reported(name: str, running: Awaitable[object], listener: Listener | None) -> object:
    """The run of ``name``, its begin and its end told to ``listener``."""
    if listener is None:
        return await running
    from cascade.events import RunFinished, RunStarted, status_of, tell

    tell(listener, RunStarted(name))
    began = perf_counter()
    try:
        value = await running
    except BaseException as error:
        tell(listener, RunFinished(name, perf_counter() - began, error, status_of(error)))
        raise
    tell(listener, RunFinished(name, perf_counter() - began))
    return value
