"""The host of a durable run: it answers nothing itself. Each question becomes a `Suspension`, for the scheduler to answer.

What needs no answer (`emit`, `print`, `skip`) is done at once, and left out while a run goes again the way that it went before
it was interrupted: then it has been done. What a call of a value gives that is sure to give the same again is no question
(`at_once`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cascade_vm.calls import BranchBegin, StrandStart, StrandStarts
from cascade_vm.host import Begin, Host, Meter, Pending, Place, Site, Start

from cascade.durable.at_once import is_done_at_once
from cascade.durable.course import Course
from cascade.durable.suspensions import PAUSE, Attempting, Calling, Gathering, Sleeping, Spent, Waiting
from cascade.engine_host import EngineHost
from cascade.events import CallRetried, tell
from cascade.policies import Policy, effective, parse_policies, seconds_of
from cascade.requests import sleep_arguments, wait_arguments
from cascade.resource_scope import injected_defaults
from cascade.strands import check_limit
from cascade.tasks import Task

if TYPE_CHECKING:
    from cascade.events import Listener

__all__ = ["DurableHost"]


class _HeldTasks:
    """Implements `cascade_vm.host.Directs`: every call is the host's, and waited for."""

    def way(self, target: str) -> str:
        return "host waits"

    def bind(self, target: str, put: Callable[[Any], None]) -> None:
        raise AssertionError(f"`{target}` is called by the host")

    def answered(self, target: str, value: object) -> object:
        return value

    def finished(self, target: str, value: object) -> object:
        return value

    def seen(self, target: str, error: BaseException, awaited: bool) -> BaseException:
        return error

    def slow(self, seconds: float) -> None:
        pass


class Way(NamedTuple):
    """How a task is called: ``patience`` is how many seconds it may go without saying that it is alive, 0 for ever;
    ``transactional`` tasks write in the transaction of their results; ``declared`` are the policies that it declares.
    ``invoke`` is None where that depends on the call."""

    invoke: Callable[[Sequence[Any], Mapping[str, Any]], object] | None
    patience: float
    transactional: bool
    declared: Sequence[Policy]


_OF_VALUES: Final = Way(None, 0.0, False, ())


_HELD: Final = _HeldTasks()
_NOWHERE: Final = Place("", "", 0, 0, 0, 0)


class DurableHost(EngineHost):
    """See `cascade.engine_host.EngineHost`. ``again`` is true while the run goes the way that it went before."""

    __slots__ = ("_ways", "again")

    def __init__(
        self, tasks: Mapping[str, Task[..., Any]], meter: Meter, listener: Listener | None = None, **options: Any
    ) -> None:
        super().__init__(tasks, meter=meter, listener=listener, **options)
        self.again = False
        self.directs = _HELD
        self._ways: dict[str, Way] = {}

    # --- what is waited for ---

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        target = site.target
        wanted = (self._ways.get(target) or self._way(target)).declared
        if policies is not None:
            wanted = effective(parse_policies(policies), wanted)
        return Pending(Calling(site, target, None, arguments, keywords, Course(wanted, target)))

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        self._method_of(site, target)
        return Pending(Calling(site, site.target, target, arguments, keywords, Course((), site.target)))

    def apply(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        if isinstance(target, Task):
            return self.call(Site(self._name_of(target), site.place), arguments, keywords, None)
        name = self._name_of_value(target)
        if is_done_at_once(target, arguments, keywords):
            return self._applied(name, target, arguments, keywords)
        return Pending(Calling(Site(name, site.place), "", target, arguments, keywords, Course((), name)))

    def attempt(self, site: Site, start: Start, policies: object) -> Pending:
        assert isinstance(start, StrandStart)
        return Pending(Attempting(site, start, Course(parse_policies(policies), site.target)))

    def gather(self, site: Site, starts: Iterable[Start], limit: object) -> Pending:
        assert isinstance(starts, StrandStarts)
        return Pending(Gathering(site, check_limit(limit), starts.depth, starts.rows))

    def weave(self, site: Site, begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: object) -> Pending:
        known = [begin for begin in begins if isinstance(begin, BranchBegin)]
        assert len(known) == len(begins)
        return Pending(Gathering(site, check_limit(limit), known[0].depth if known else 0, None, known, needs))

    def sleep(self, site: Site, *arguments: Any, **keywords: Any) -> Pending:
        return Pending(Sleeping(site, sleep_arguments(*arguments, **keywords)))

    def wait(self, site: Site, *arguments: Any, **keywords: Any) -> Pending:
        signal, timeout = wait_arguments(*arguments, **keywords)
        return Pending(Waiting(site, signal, timeout))

    async def pause(self, place: Place) -> None:
        await PAUSE

    async def spent(self, what: str) -> None:
        while True:
            await Spent(Site(what, _NOWHERE), what)
            if self.meter.turns_left != 0:  # else other strands have taken what was added
                return

    # --- what is done at once ---

    def emit(self, site: Site, *arguments: Any, **keywords: Any) -> object:
        if self.again:
            return None
        return super().emit(site, *arguments, **keywords)

    def skip(self, site: Site, *arguments: Any, **keywords: Any) -> object:
        if self.again:
            return None
        return super().skip(site, *arguments, **keywords)

    def print(self, site: Site, *arguments: object, **keywords: object) -> object:
        if self.again:
            return None
        return super().print(site, *arguments, **keywords)

    # --- for the scheduler ---

    def tell_retry(self, call: Calling, error: BaseException) -> None:
        """A call failed, and will be made again."""
        if self._listener is not None and isinstance(error, Exception):
            pause = max(0.0, (call.course.until or 0.0) - call.since)
            tell(self._listener, CallRetried(call.site.target, call.site.place, call.course.count, error, pause))

    def way_of(self, call: Calling) -> Way:
        """How it is made."""
        if call.target is not None or not call.name:
            return _OF_VALUES
        return self._ways.get(call.name) or self._way(call.name)

    def _way(self, name: str) -> Way:
        """That of a task that has not been called yet."""
        shared = self._shared
        task = shared.tasks[name]
        patience = 0.0 if task.idle_timeout is None else seconds_of(task.idle_timeout, "idle timeout")
        if task.transactional:  # on the loop: the connection belongs to it
            invoke: Any = partial(self._applied, name, task.fn)
        else:
            invoke = None if self._injecting or injected_defaults(task) else shared.invoke[name]
        declared = effective((), shared.declared.get(name, ()))
        way = self._ways[name] = Way(invoke, patience, task.transactional, declared)
        return way

    def _invocation(self, call: Calling) -> Callable[[Sequence[Any], Mapping[str, Any]], object]:
        site, target = call.site, call.target
        if target is None and call.name:
            return self._invoke(site)
        return partial(self._applied, site.target, self._method_of(site, target) if call.name else target)

    def make(self, call: Calling, way: Way) -> object:
        """Make a call: its value, or a `Pending`. Counts as one."""
        invoke = way.invoke or self._invocation(call)
        if self._listener is not None:
            return self._once(call.site, lambda: invoke(call.positional, call.keywords))
        self._spend_call()
        return invoke(call.positional, call.keywords)


if TYPE_CHECKING:
    _: Host = DurableHost({}, Meter())  # the type checker compares the two
