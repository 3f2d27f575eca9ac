"""The host of an engine's runs: a `LocalHost` that also keeps results in caches, shares out a system's resources among calls,
and gives tasks the resources that they ask for.

It knows neither graphs nor engines: what it adds reaches it as policies of calls, and as arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from cascade_vm.host import Meter, Pending, Site

from cascade.caches import cached
from cascade.capacity import Capacity, check_amounts
from cascade.errors import EngineError
from cascade.events import CallBlocked, CallSkipped, Listener, tell
from cascade.host import LocalHost
from cascade.modes import Invoke
from cascade.places import format_place
from cascade.policies import Around, Policy, parse_policy
from cascade.resource_scope import ResourceScope, injected_defaults, names_in, with_values
from cascade.signals import Signals
from cascade.tasks import Task

__all__ = ["EngineHost"]

_UNLIMITED = Capacity(None)
_NOBODY = Signals()


class EngineHost(LocalHost):
    """See `cascade.host.LocalHost`. ``capacity`` is what the calls of all its runs share out among them."""

    __slots__ = ("_capacity", "_for_all", "_injecting", "_scope", "asks_for_resources")

    def __init__(self, tasks: Mapping[str, Task[..., Any]], *, capacity: Capacity | None = None, **options: Any) -> None:
        super().__init__(tasks, **options)
        self._capacity = _UNLIMITED if capacity is None else capacity
        self._scope: ResourceScope | None = None
        self._injecting = False
        self._for_all = False
        self.asks_for_resources = False
        """Whether one of the tasks has a resource as a default."""
        for name, task in tasks.items():
            if injected_defaults(task):
                self._shared.quick.pop(name, None)
                self.asks_for_resources = True

    def for_run(
        self,
        meter: Meter | None = None,
        *,
        listener: Listener | None = None,
        signals: Signals | None = None,
        injecting: bool = False,
        after: EngineHost | None = None,
    ) -> EngineHost:
        """As `LocalHost.for_run`. ``injecting`` says that arguments may name resources, at any depth; ``after`` is the host of
        the same run so far, whose resources go on."""
        host = super().for_run(meter, listener=listener, signals=signals or _NOBODY)
        assert isinstance(host, EngineHost)
        if signals is None:  # nothing comes, and nobody else waits there
            host._signals = None if after is None else after._signals
        host._capacity = self._capacity
        host._for_all = False
        host.asks_for_resources = self.asks_for_resources
        host._scope = None if after is None else after._scope
        host._injecting = injecting
        if injecting:
            host._quick, host.directs = {}, None
        return host

    def for_all_runs(self) -> EngineHost:
        """A host for any number of runs that are given nothing and ask for no resources."""
        host = self.for_run()
        host._for_all = True
        return host

    @property
    def signals(self) -> Signals:
        """See `LocalHost.signals`. Nothing comes to runs that share a host, so each waits in a place of its own."""
        return Signals() if self._for_all else super().signals

    @property
    def holds_resources(self) -> bool:
        """Whether there is anything to tear down."""
        return self._scope is not None

    async def closed_by(self, error: BaseException) -> BaseException:
        """The error of a run that ended with ``error``, or what tearing down its resources makes of it."""
        try:
            await self.close_run(error)
        except GeneratorExit:
            raise
        except BaseException as raised:
            return raised
        return error

    async def close_run(self, error: BaseException | None) -> None:
        """Tear down the resources of this run, which ended with ``error``. Raises what one of them makes of that."""
        if self._scope is not None:
            await self._scope.close(error)

    # --- policies ---

    def _policies_of_call(
        self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object
    ) -> Sequence[Policy]:
        return self._parsed(site, policies, lambda: inputs_of(self._shared.tasks[site.target], arguments, keywords))

    def _policies_of_flow(self, site: Site, policies: object) -> Sequence[Policy]:
        return self._parsed(site, policies, None)

    def _parsed(self, site: Site, policies: Any, inputs: Callable[[], Mapping[str, object]] | None) -> Sequence[Policy]:
        if policies is None:
            return ()
        amounts = _needed(policies)
        parsed: list[Policy] = []
        for policy in policies:
            match policy:
                case ("cache", store) if inputs is not None:
                    parsed.append(self._cache(site, store, self._shared.tasks[site.target].name, inputs))
                case ("cache", store, str(name), dict(values)) if inputs is None:
                    parsed.append(self._cache(site, store, name, lambda values=values: values))  # type: ignore[misc]
                case ("constraints", _):
                    if amounts:  # all at once, at the outermost place: two takings of one call could block each other
                        parsed.append(Around(partial(self._holding, site, amounts)))
                        amounts = {}
                case _:
                    parsed.append(parse_policy(policy))
        return parsed

    def _cache(self, site: Site, store: Any, name: str, inputs: Callable[[], Mapping[str, object]]) -> Around:
        def on_hit() -> None:
            if self._listener is not None:
                tell(self._listener, CallSkipped(name, site.place, "cached"))

        def run(call: Callable[[], Awaitable[object]]) -> Awaitable[object]:
            return cached(store, name, inputs(), call, on_hit)

        return Around(run)

    async def _holding(self, site: Site, amounts: Mapping[str, object], call: Callable[[], Awaitable[object]]) -> object:
        """A call that holds amounts of resources while it lasts."""
        capacity, name = self._capacity, f"`{site.target}`"
        with _told_at(site):
            needed = check_amounts(amounts, name)
            capacity.check(needed, name)
        lacking = capacity.take(needed)
        if lacking is not None:
            if self._listener is not None:
                tell(self._listener, CallBlocked(site.target, site.place, lacking))
            await capacity.wait(needed)
        try:
            return await call()
        finally:
            capacity.give_back(needed)

    # --- resources ---

    def _name_of(self, task: Task[..., Any]) -> str:
        name = super()._name_of(task)
        if injected_defaults(task):
            self._shared.quick.pop(name, None)
        return name

    def _invoke(self, site: Site) -> Invoke:
        invoke = super()._invoke(site)
        defaults = injected_defaults(self._shared.tasks[site.target])
        if not self._injecting and not defaults:
            return invoke
        return partial(self._invoke_with_resources, site, invoke, defaults)

    def _invoke_with_resources(
        self,
        site: Site,
        invoke: Invoke,
        defaults: Mapping[str, tuple[int, str]],
        arguments: Sequence[Any],
        keywords: Mapping[str, Any],
    ) -> object:
        absent = {
            parameter: name
            for parameter, (position, name) in defaults.items()
            if parameter not in keywords and not 0 <= position < len(arguments)
        }
        names = list(dict.fromkeys((*names_in(arguments), *names_in(keywords), *absent.values())))
        if not names:
            return invoke(arguments, keywords)

        def call(values: Mapping[str, object]) -> object:
            given = {parameter: values[name] for parameter, name in absent.items()}
            return invoke(with_values(arguments, values), {**with_values(keywords, values), **given})

        return Pending(self._call_with_resources(site, names, call))

    async def _call_with_resources(
        self, site: Site, names: Sequence[str], call: Callable[[Mapping[str, object]], object]
    ) -> object:
        """A call that gets the values of resources by their names."""
        if self._scope is None:
            self._scope = ResourceScope()
        scope = ResourceScope(self._scope)
        try:
            with _told_at(site):
                values = {name: await scope.value(name) for name in names}
            reply = call(values)
            result = await reply.awaitable if isinstance(reply, Pending) else reply
        except BaseException as error:
            await scope.close(error)
            raise
        await scope.close(None)
        return result


@contextmanager
def _told_at(site: Site) -> Iterator[None]:
    """What is refused here gets the place of the call."""
    try:
        yield
    except EngineError as error:
        place = format_place(site.place)
        error.problems = error.args = tuple(each._replace(place=each.place or place) for each in error.problems)
        raise


def _needed(policies: Any) -> dict[str, object]:
    """What all constraints of a call say together; outer ones outdo inner ones."""
    amounts: dict[str, object] = {}
    for policy in reversed(policies):
        if policy[0] == "constraints":
            (more,) = policy[1:]
            if not isinstance(more, Mapping):
                raise TypeError(f"constraints must be a mapping from names to amounts, not {type(more).__name__}")
            amounts |= more
    return amounts


def inputs_of(task: Task[..., Any], arguments: Sequence[object], keywords: Mapping[str, object]) -> Mapping[str, object]:
    """A value for each parameter of a task, defaults included, injected resources not: what caches tell calls apart by."""
    try:
        bound = inspect.signature(task.fn).bind(*arguments, **keywords)
    except ValueError:  # Python does not know the parameters of some functions in C
        return {"args": tuple(arguments), **keywords}
    bound.apply_defaults()
    injected = injected_defaults(task)
    return {name: value for name, value in bound.arguments.items() if name not in injected or not names_in((value,))}
