"""The host of a durable run: it answers nothing itself. Each question becomes a `Suspension`, for the scheduler to answer.

What needs no answer (`emit`, `print`, `skip`) is done at once, and left out while a run goes again the way that it went before
it was interrupted: then it has been done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cascade_vm.calls import BranchBegin, StrandStart, StrandStarts
from cascade_vm.host import Begin, Host, Meter, Pending, Place, Site, Start

from cascade.durable.course import Course
from cascade.durable.suspensions import PAUSE, Attempting, Calling, Gathering, Sleeping, Spent, Waiting
from cascade.engine_host import EngineHost
from cascade.events import CallRetried, tell
from cascade.policies import Policy, effective, parse_policies, seconds_of
from cascade.requests import sleep_arguments, wait_arguments
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


_HELD: Final = _HeldTasks()
_NOWHERE: Final = Place("", "", 0, 0, 0, 0)


class DurableHost(EngineHost):
    """See `cascade.engine_host.EngineHost`. ``again`` is true while the run goes the way that it went before."""

    __slots__ = ("again",)

    def __init__(
        self, tasks: Mapping[str, Task[..., Any]], meter: Meter, listener: Listener | None = None, **options: Any
    ) -> None:
        super().__init__(tasks, meter=meter, listener=listener, **options)
        self.again = False
        self.directs = _HELD

    # --- what is waited for ---

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        named: Sequence[Policy] = () if policies is None else parse_policies(policies)
        wanted = effective(named, self._shared.declared.get(site.target, ()))
        return Pending(Calling(site, site.target, None, arguments, keywords, Course(wanted, site.target)))

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        self._method_of(site, target)
        return Pending(Calling(site, site.target, target, arguments, keywords, Course((), site.target)))

    def apply(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        if isinstance(target, Task):
            return self.call(Site(self._name_of(target), site.place), arguments, keywords, None)
        name = self._name_of_value(target)
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
        await Spent(Site(what, _NOWHERE), what)

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

    def patience_of(self, call: Calling) -> float:
        """How many seconds a call may go without saying that it is alive; 0: for ever."""
        task = self._shared.tasks.get(call.name) if call.target is None else None
        return 0.0 if task is None or task.idle_timeout is None else seconds_of(task.idle_timeout, "idle timeout")

    def is_transactional(self, call: Calling) -> bool:
        """Whether the task writes in the transaction of its result."""
        task = self._shared.tasks.get(call.name) if call.target is None else None
        return task is not None and task.transactional

    def make(self, call: Calling) -> object:
        """Make a call: its value, or a `Pending`. Counts as one."""
        site, arguments, keywords = call.site, call.positional, call.keywords
        if call.target is None and call.name:
            if self.is_transactional(call):  # on the loop: the connection belongs to it
                task = self._shared.tasks[call.name]
                return self._once(site, lambda: self._applied(site.target, task.fn, arguments, keywords))
            invoke = self._invoke(site)
            return self._once(site, lambda: invoke(arguments, keywords))
        if call.name:
            method = self._method_of(site, call.target)
            return self._once(site, lambda: self._applied(site.target, method, arguments, keywords))
        return self._once(site, lambda: self._applied(site.target, call.target, arguments, keywords))


if TYPE_CHECKING:
    _: Host = DurableHost({}, Meter())  # the type checker compares the two
