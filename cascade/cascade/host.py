"""The host of runs on this machine: calls Python tasks under their policies, sleeps, waits, emits and prints.

One `LocalHost` is made for a program and serves any number of runs: `LocalHost.for_run` gives each its own meter, for the cost
of one small object. It knows no engine: whoever implements `cascade_vm.host.Host`'s other side may use it.
"""

from __future__ import annotations

import asyncio
import builtins
import random as random_module
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TextIO

from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Begin, Directs, Host, Meter, Pending, Place, Site, Start
from cascade_vm.names import is_public, opens_attributes

from cascade.adapters.executors.local import Executor, LocalExecutor
from cascade.attempts import apply
from cascade.directs import DirectTasks
from cascade.durations import format_duration
from cascade.events import (
    CallFinished,
    CallRetried,
    CallSkipped,
    CallStarted,
    Emitted,
    Listener,
    SignalReceived,
    Sleeping,
    Waiting,
    tell,
)  # fmt: skip
from cascade.modes import REFUSED, Invoke, answered, refuse
from cascade.policies import Policy, Retry, effective, parse_policies
from cascade.requests import emit_arguments, print_text, skip_arguments, sleep_arguments, wait_arguments
from cascade.signals import Signals
from cascade.strands import check_limit, gather, weave
from cascade.tasks import Task
from cascade.turns import A_TURN, sleeping, take_turns

__all__ = ["LocalHost"]


_NONE: Mapping[str, Invoke] = {}
_NOT_GIVEN: Final = object()
_NO_TIME: Final = 0  # as it stands in programs: a look at the object costs nothing, and Python has one such number
_A_TURN: Final = Pending(A_TURN)  # it can be awaited any number of times


class _Shared:
    """What all runs of one host have in common."""

    __slots__ = ("clock", "declared", "directs", "executor", "invoke", "print_to", "quick", "random", "tasks")

    def __init__(
        self, clock: Callable[[], float], random: Callable[[], float], print_to: TextIO | None, executor: Executor
    ) -> None:
        self.clock = clock
        self.random = random
        self.print_to = print_to
        self.executor = executor
        self.tasks: dict[str, Task[..., Any]] = {}
        self.invoke: dict[str, Invoke] = {}
        self.declared: dict[str, tuple[Policy | None, Policy | None]] = {}  # of tasks that declare a policy
        self.quick: dict[str, Invoke] = {}  # of the others
        self.directs: Directs = DirectTasks(self.quick)

    def add(self, name: str, task: Task[..., Any]) -> None:
        self.tasks[name] = task
        self.invoke[name] = self.executor.bind(task)
        if task.retry is None and task.timeout is None:
            self.quick[name] = self.invoke[name]
        else:
            self.declared[name] = (task.retry, task.timeout)


class LocalHost:
    """Implements `cascade_vm.host.Host`.

    ``tasks`` by the names that programs have for them. ``clock`` measures time slices and durations; waiting is done on the
    event loop's clock. ``listener`` gets events. ``random`` gives numbers from 0 to 1 for the jitter of retries. ``signals``
    is where `wait` waits. ``print_to`` is where programs print, `sys.stdout` if None. ``executor`` calls the tasks.
    """

    __slots__ = ("_listener", "_quick", "_shared", "_signals", "directs", "meter")

    def __init__(
        self,
        tasks: Mapping[str, Task[..., Any]],
        *,
        meter: Meter | None = None,
        clock: Callable[[], float] = perf_counter,
        listener: Listener | None = None,
        random: Callable[[], float] = random_module.random,
        signals: Signals | None = None,
        print_to: TextIO | None = None,
        executor: Executor | None = None,
    ) -> None:
        self.meter = Meter() if meter is None else meter
        self._signals = signals
        self._listener = listener
        self._shared = _Shared(clock, random, print_to, LocalExecutor() if executor is None else executor)
        for name, task in tasks.items():
            self._shared.add(name, task)
        self._quick = self._quick_calls()
        self.directs = self._direct_tasks()

    @property
    def signals(self) -> Signals:
        """Where programs wait for signals."""
        if self._signals is None:
            self._signals = Signals()
        return self._signals

    def _quick_calls(self) -> Mapping[str, Invoke]:
        """The tasks whose calls need nothing but a look at the meter; none when every call is told to a listener."""
        return self._shared.quick if self._listener is None else _NONE

    def _direct_tasks(self) -> Directs | None:
        """The same tasks, for machines that call them without asking; none where a host of another class has its own `call`."""
        return self._shared.directs if self._listener is None and type(self).call is LocalHost.call else None

    def for_run(
        self, meter: Meter | None = None, *, listener: Listener | None = None, signals: Signals | None = None
    ) -> LocalHost:
        """A host for one run: its own meter; tasks, threads, processes and what is not given here are shared."""
        host = type(self).__new__(type(self))
        host.meter = Meter() if meter is None else meter
        host._signals = self.signals if signals is None else signals
        host._listener = self._listener if listener is None else listener
        host._shared = self._shared
        host._quick = host._quick_calls()
        host.directs = host._direct_tasks()
        return host

    def close(self) -> None:
        """End idle threads and processes, for all runs of this host. Not needed before the program's end."""
        self._shared.executor.close()

    # --- calls ---

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        """Call a task. Each attempt counts as a call."""
        if policies is None and (quick := self._quick.get(site.target)) is not None:
            meter = self.meter
            if meter.calls_left is None:
                meter.calls_spent += 1
            else:
                self._spend_call()
            return quick(arguments, keywords)
        named = self._policies_of_call(site, arguments, keywords, policies)
        wanted = effective(named, self._shared.declared.get(site.target, ()))
        invoke = self._invoke(site)
        if not wanted:
            return self._once(site, lambda: invoke(arguments, keywords))
        return self._under(wanted, site, lambda: _answer(self._once(site, lambda: invoke(arguments, keywords))))

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """Call a public method of a value, on the event loop. Counts as a call."""
        method = self._method_of(site, target)
        return self._once(site, lambda: self._applied(site.target, method, arguments, keywords))

    @staticmethod
    def _method_of(site: Site, target: object) -> Any:
        name = site.target.removeprefix(".")
        if not is_public(name) or opens_attributes(target, name):
            raise AttributeError(f"'{type(target).__name__}' object has no attribute '{name}'")
        return getattr(target, name)

    def apply(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """Call a value on the event loop; a task as it is called by its name. Counts as a call."""
        if isinstance(target, Task):
            return self.call(Site(self._name_of(target), site.place), arguments, keywords, None)
        name = self._name_of_value(target)
        return self._once(Site(name, site.place), lambda: self._applied(name, target, arguments, keywords))

    @staticmethod
    def _name_of_value(target: Any) -> str:
        """What is told of a call of a value. `TypeError` for a flow."""
        if _is_flow(target):
            raise TypeError(f"the flow `{target.name}` is called by its name only: a value that holds it can not be called")
        return getattr(target, "__qualname__", type(target).__qualname__)

    @staticmethod
    def _applied(target: str, function: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """The answer of a value that is called on the event loop."""
        try:
            value = function(*arguments, **keywords)
        except REFUSED as error:
            refuse(target, error)
        return answered(target, value)

    def _name_of(self, task: Task[..., Any]) -> str:
        """The name of a task here, where it may be new."""
        known = self._shared.tasks
        name = task.name if known.get(task.name, task) is task else f"{task.name} {id(task):x}"
        if name not in known:
            self._shared.add(name, task)
        return name

    def attempt(self, site: Site, start: Start, policies: object) -> Pending:
        """Run a flow under policies; each attempt is a strand of its own, which has ended when the next begins."""
        return self._under(self._policies_of_flow(site, policies), site, lambda: _alone(start))

    def _policies_of_call(
        self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object
    ) -> Sequence[Policy]:
        """The policies that a call of a task names."""
        return parse_policies(policies)

    def _policies_of_flow(self, site: Site, policies: object) -> Sequence[Policy]:
        return parse_policies(policies)

    def _invoke(self, site: Site) -> Invoke:
        """How the task is called."""
        return self._shared.invoke[site.target]

    def _under(self, policies: Sequence[Policy], site: Site, call: Callable[[], Any]) -> Pending:
        def before_pause(policy: Retry, attempt: int, error: Exception) -> float:
            pause = policy.pause_after(attempt, self._shared.random())
            if self._listener is not None:
                tell(self._listener, CallRetried(site.target, site.place, attempt, error, pause))
            return pause

        return Pending(apply(policies, call, site.target, before_pause))

    def _once(self, site: Site, invoke: Callable[[], object]) -> object:
        """One call, counted, and told to the listener."""
        self._spend_call()
        listener = self._listener
        if listener is None:
            return invoke()
        number, clock = self.meter.calls_spent, self._shared.clock
        tell(listener, CallStarted(site.target, site.place, number))
        began = clock()

        def finished(ok: bool) -> None:
            tell(listener, CallFinished(site.target, site.place, number, clock() - began, ok))

        try:
            reply = invoke()
        except BaseException:
            finished(False)
            raise
        if isinstance(reply, Pending):
            return Pending(_followed(reply, finished), partial(_dropped, reply, finished))
        finished(True)
        return reply

    def _spend_call(self) -> None:
        meter = self.meter
        if meter.calls_left is not None:
            if meter.calls_left <= 0:
                raise BudgetExhausted("calls", meter.calls_spent)
            meter.calls_left -= 1
        meter.calls_spent += 1

    # --- services ---

    def emit(self, site: Site, *arguments: Any, **keywords: Any) -> object:
        name, value = emit_arguments(*arguments, **keywords)
        if self._listener is not None:
            tell(self._listener, Emitted(site.place, name, value))
        return None

    def skip(self, site: Site, *arguments: Any, **keywords: Any) -> object:
        name, reason = skip_arguments(*arguments, **keywords)
        if self._listener is not None:
            tell(self._listener, CallSkipped(name, site.place, reason))
        return None

    def print(self, site: Site, *arguments: object, **keywords: Any) -> object:
        to = self._shared.print_to
        if to is None and "file" not in keywords:
            builtins.print(*arguments, **keywords)
        else:
            print_text(to, arguments, keywords)
        return None

    def sleep(self, site: Site, duration: object = _NOT_GIVEN, *more: Any, **keywords: Any) -> Pending:
        if duration is _NO_TIME and self._listener is None and not more and not keywords:
            return _A_TURN
        seconds = sleep_arguments(*(() if duration is _NOT_GIVEN else (duration, *more)), **keywords)
        if self._listener is not None:
            tell(self._listener, Sleeping(site.place, seconds))
        return Pending(sleeping(seconds)) if seconds > 0 else _A_TURN

    def wait(self, site: Site, *arguments: Any, **keywords: Any) -> Pending:
        signal, timeout = wait_arguments(*arguments, **keywords)
        return Pending(self._receive(site.place, signal, timeout))

    async def _receive(self, place: Place, signal: str, within: float | None) -> object:
        listener = self._listener
        if listener is not None:
            tell(listener, Waiting(place, signal, within))
        try:
            async with asyncio.timeout(within):
                value = await self.signals.receive(signal)
        except TimeoutError:
            assert within is not None
            limit = format_duration(timedelta(seconds=within))
            raise TimeoutError(f"signal {signal!r} did not come within {limit}") from None
        if listener is not None:
            tell(listener, SignalReceived(place, signal, value))
        return value

    # --- strands and time ---

    def gather(self, site: Site, starts: Iterable[Start], limit: object) -> Pending:
        return Pending(gather(starts, check_limit(limit)))

    def weave(self, site: Site, begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: object) -> Pending:
        return Pending(weave(begins, needs, check_limit(limit)))

    async def pause(self, place: Place) -> None:
        await take_turns()

    async def spent(self, what: str) -> None:
        raise BudgetExhausted(what, self.meter.turns_spent)

    def now(self) -> float:
        return self._shared.clock()


async def _answer(reply: object) -> object:
    return await reply.awaitable if isinstance(reply, Pending) else reply


async def _alone(start: Start) -> object:
    """A strand in an asyncio task of its own, so that flows under policies may nest deeper than Python's stack."""
    return (await gather((start,)))[0]


def _dropped(reply: Pending, finished: Callable[[bool], None]) -> None:
    reply.drop()
    finished(False)


async def _followed(reply: Pending, finished: Callable[[bool], None]) -> object:
    ok = False
    try:
        value = await reply.awaitable
        ok = True
    finally:
        finished(ok)
    return value


def _is_flow(value: object) -> bool:
    return type(value).__module__ in ("cascade.flows", "cascade.program") and type(value).__name__ in ("FlowFunction", "Flow")


if TYPE_CHECKING:
    _: Host = LocalHost({})  # the type checker compares the two
