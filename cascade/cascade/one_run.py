"""One run: its programs, one after the other when tasks answer with tail calls to others, from its first event to its last.

What runs of an engine share is the engine's. This file knows neither solvers nor buses.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cascade_vm.control import Jump, TailCall
from cascade_vm.host import Meter
from cascade_vm.machine import Machine

from cascade.answers import PLAIN
from cascade.awaiting import Awaiting, Ending
from cascade.errors import ArgumentError, EngineError, Problem, UsageError
from cascade.flow_calls import checked_result, reported, sourced, start
from cascade.lazy import LazyResult
from cascade.program import FlowCall
from cascade.resources import Inject
from cascade.targets import check_target, direct_call, following, name_of

if TYPE_CHECKING:
    from types import CodeType

    from cascade.engine import Engine
    from cascade.engine_host import EngineHost
    from cascade.events import Listener
    from cascade.inputs import Input
    from cascade.signals import Signals

__all__ = ["NOTHING_GIVEN", "Budget", "Given", "Run", "checked_budget"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend: ``turns`` are rounds of loops and calls of flows, ``calls`` are calls of tasks. None: no limit.

    A run in a store that has spent it is paused, and goes on when it is resumed with more; any other ends. Only in a store
    there are: ``seconds`` since the run began, ``cost``, the sum of what tasks report (`CurrentCall.add_cost`), ``repeats``,
    how often in a row a task may be called with the same arguments.

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
    seconds: float | None = None
    cost: float | None = None
    repeats: int | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            amount = getattr(self, name)
            if amount is not None and not _is_amount(amount, name):
                what = "a number" if name in _MEASURED else "a whole number"
                said = f"`{name}` of a budget is {what} from 0 on, or None for no limit: not `{amount!r:.60}`"
                raise ArgumentError(Problem("CS407", said))


_MEASURED: Final = ("seconds", "cost")
"""Budgets that need not be whole."""


def _is_amount(amount: object, name: str) -> bool:
    """Whether a budget can be so much, and can be kept with a run."""
    if isinstance(amount, float):
        return name in _MEASURED and 0 <= amount < inf
    return isinstance(amount, int) and not isinstance(amount, bool) and 0 <= amount < 2**63


def checked_budget(budget: Budget | None, option: str) -> Budget | None:
    """The budget that an option holds. `UsageError` CS400 for what is none."""
    if budget is None or isinstance(budget, Budget):
        return budget
    said = f"`{option}` takes a `cs.Budget`, not {type(budget).__name__} `{budget!r:.60}`"
    raise UsageError(Problem("CS400", said, hint=f"write `{option}=cs.Budget(calls=100)`"))


class Given(NamedTuple):
    """What a run is given besides its target."""

    params: Mapping[str, object] | None
    meter: Meter | None
    listener: Listener | None
    signals: Signals | None
    use_vm: bool


NOTHING_GIVEN: Final = Given(None, None, None, None, True)
"""Of most runs: nothing is counted, told or sent. They need no host of their own."""

_WHOLE: Final = -1


class Run(Ending):
    """A run of an engine under way. There may be very many: what it does not need any more, it does not hold."""

    __slots__ = ("_at", "_code", "_engine", "_given", "_host", "_target")

    def __init__(self, engine: Engine, target: object, given: Given) -> None:
        self._engine = engine
        self._given = given
        self._host: EngineHost | None = None  # of the program that runs now, if it is this run's own
        self._target = target  # what runs now; of a call of a flow in Python only the flow, and the place of the call
        self._code: CodeType | None = None
        self._at = _WHOLE

    def awaiting(self) -> Awaiting[Any]:
        """The run, as a coroutine. When it ends, however it does, its resources have been torn down."""
        if self._given is NOTHING_GIVEN and (alone := self._alone()) is not None:
            return Awaiting.of(alone, self)
        listener = self._given.listener
        running: Awaiting[Any] = Awaiting.of(self._to_its_end(None), self)
        return running if listener is None else Awaiting(_reported(self._target, running, listener))

    # --- a run that is one call of a flow, and shares its machine: the machine tells it how that ended ---

    def _alone(self) -> Coroutine[Any, Any, None] | None:
        """Such a run, as a coroutine. None for any other, and for what can not be begun: it will say so when it is awaited."""
        try:
            call = direct_call(self._target)
            machine = None if call is None else self._engine.machine_of(call, call is not self._target)
        except Exception:
            return None
        if call is None or machine is None:
            return None
        self._keep(call)
        return machine.run_under(self, call.flow.index, call.arguments)

    def gave(self, _place: int, value: object) -> None:
        """See `cascade_vm.host.Parent`."""
        if type(value) is TailCall:
            self.go_on(self._to_its_end(value))
            return
        try:
            result = self._checked(value)
        except BaseException as error:
            self.fail(error)
        else:
            self.give(result)

    def failed(self, _place: int, error: BaseException) -> None:
        """See `cascade_vm.host.Parent`."""
        self.fail(error)

    # --- any run ---

    async def _to_its_end(self, tail: TailCall | None) -> None:
        """The programs that tail calls lead to, until one ends with a value. Those that have ended are forgotten."""
        try:
            value = await self._begin(tail)
            while type(value) is TailCall:
                value = await self._begin(value)
            value = self._checked(value)
            if self._host is not None and self._host.holds_resources:
                host, self._host = self._host, None
                await host.close_run(None)
            self.give(value)
        except GeneratorExit:
            raise  # nothing can be awaited any more
        except BaseException as error:
            self.fail(error if self._host is None else await self._host.closed_by(error))

    def _checked(self, value: object) -> object:
        """The value that the last program ended with, if it may."""
        if type(value) is Jump:
            raise _leads_nowhere(value)
        return checked_result(self._target, value) if type(self._target) is FlowCall else value

    def _keep(self, call: FlowCall) -> None:
        """Forget the arguments of a call that is made now."""
        target = self._target
        if call is not target:
            assert isinstance(target, LazyResult)
            self._target = target.target
            self._code, self._at = target.site

    def _begin(self, tail: TailCall | None) -> Coroutine[Any, Any, object]:
        """The first program, or the one that a tail call leads to, as a coroutine."""
        target = self._target
        if tail is None:
            check_target(target)
        else:
            if self._at != _WHOLE:
                target = LazyResult(target, (), {}, self._code, self._at)
            self._target, self._at = target, _WHOLE
            self._target = target = following(target, tail)
        call = target if isinstance(target, FlowCall) else direct_call(target)
        if call is None:
            return self._planned(target)
        self._keep(call)
        if self._given is NOTHING_GIVEN and self._host is None:
            machine = self._engine.machine_of(call, call is not target)
            if machine is not None:
                return machine.run(call.flow.index, call.arguments)
        if self._given.params and self._host is None:
            self._slots(())  # which refuses them
        material = call.flow.program.material
        host = self._enter(self._engine.host_of(material), False)
        if call is not target and self._uses_sources():  # a flow in Python
            material = sourced(material).made or material
        return start(call, host, self._given.use_vm, material, self._engine.patience)

    def _uses_sources(self) -> bool:
        """Whether this run is on the machine, and nobody could see that tasks are not called (`cascade.task_sources`)."""
        meter = self._given.meter
        unlimited = meter is None or (meter.turns_left is None and meter.calls_left is None)
        return self._given.use_vm and self._given.listener is None and unlimited and self._engine.calls_in_place

    def _planned(self, target: object) -> Coroutine[Any, Any, object]:
        plan, shared, values = self._engine.planned(target)
        if self._uses_sources():
            plan = plan.sourced
        arguments = self._slots(values)
        host = self._enter(shared, any(isinstance(value, Inject) for value in arguments))
        if self._given.use_vm:
            return Machine(plan.image, host, patience=self._engine.patience).run(plan.root_index, arguments)
        from cascade.reference import Interpreter

        return Interpreter(plan.program, host).run(plan.root, arguments)

    def _slots(self, values: Sequence[object]) -> list[object]:
        """The inputs of a plan: literals as they are, parameters and variables of the environment as they are now."""
        from cascade.inputs import Input, read_inputs

        arguments = list(values)
        plain = PLAIN.issuperset(map(type, arguments))
        places = [] if plain else [place for place, value in enumerate(values) if isinstance(value, Input)]
        inputs: list[Input[Any]] = [values[place] for place in places]  # type: ignore[misc]
        for place, value in zip(places, read_inputs(inputs, self._known_params(inputs)), strict=True):
            arguments[place] = value
        return arguments

    def _known_params(self, inputs: Iterable[Input[Any]]) -> Mapping[str, object]:
        """The parameters that the caller gave. What a tail call leads to has those of them that it knows."""
        given = self._given.params or {}
        if self._host is None:
            return given
        known = {one.name for one in inputs}
        return {name: value for name, value in given.items() if name in known}

    def _enter(self, shared: EngineHost, injecting: bool) -> EngineHost:
        """The host for the next program; the resources of the run go on."""
        given, before = self._given, self._host
        meter = given.meter or (Meter() if before is None else before.meter)
        self._host = shared.for_run(meter, listener=given.listener, signals=given.signals, injecting=injecting, after=before)
        return self._host


async def _reported(target: object, running: Awaiting[Any], listener: Listener) -> object:
    try:
        check_target(target)
    except BaseException:
        running.close()
        raise
    return await reported(name_of(target), running, listener)


def _leads_nowhere(jump: Jump) -> EngineError:
    message = f"the run ended with a jump to `{jump.target_key}`, and nothing says where that is"
    hint = "bind a selector to what returned it: `cs.bind(step, cs.select_jump({…}))`"
    return EngineError(Problem("CS449", message, hint=hint))
