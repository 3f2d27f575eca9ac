"""The one door out: what a machine (or the reference interpreter) asks of the world.

An engine calls a `Host` for everything that is not computing with values it already has. A host call gives a value at once
or a `Pending`, which the engine awaits. The host owns policies, clocks, events and limits; an engine owns none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

__all__ = ["UNBOUND", "Begin", "Directs", "Host", "Later", "Meter", "Pending", "Place", "Site", "Start", "Unbound"]


class Unbound:
    """The type of `UNBOUND`, the content of a variable that has no value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNBOUND"


UNBOUND: Final = Unbound()


class Place(NamedTuple):
    """A place in a user's source, ready to print. Lines count from 1, columns (characters) from 0."""

    flow: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Site(NamedTuple):
    """A place in a program that calls out: ``target`` is a task name, a flow name, ``.method``, or a service."""

    target: str
    place: Place


class Pending:
    """A host's answer that is not there yet. Never a value of a program; awaited once, or dropped."""

    __slots__ = ("_drop", "awaitable")

    def __init__(self, awaitable: Awaitable[object], drop: Callable[[], object] | None = None) -> None:
        self.awaitable = awaitable
        self._drop = drop

    def drop(self) -> None:
        """In the place of awaiting it: what it has not begun never begins. ``drop`` does that for what the awaitable holds."""
        close = getattr(self.awaitable, "close", None) or getattr(self.awaitable, "cancel", None)
        if close is not None:
            close()
        if self._drop is not None:
            self._drop()


class Meter:
    """What a run may still spend, shared by all its strands. None is no limit.

    ``turns`` are backward jumps and calls of flows, counted by the engine; ``calls`` are task calls, counted by the host. What
    is spent is exact where there is a limit: without one, generated code takes turns in batches (`Strand.unspent`), loops over
    few items take none, and calls of tasks are not counted.
    """

    __slots__ = ("calls_left", "calls_spent", "turns_left", "turns_spent")

    def __init__(self, turns: int | None = None, calls: int | None = None) -> None:
        self.turns_left = turns
        self.calls_left = calls
        self.turns_spent = 0
        self.calls_spent = 0


Start = Callable[[], Coroutine[Any, Any, object]]
"""Starts a strand (a branch, or one attempt at a flow); each call starts a new one."""


Begin = Callable[[Sequence[object]], Coroutine[Any, Any, object]]
"""Starts a branch that needs others: called with the results of all branches, those that it needs among them."""


class Parent(Protocol):
    """Who is told what strands come to, each by its place: a strand that tells it needs no coroutine around its own."""

    def gave(self, place: int, value: object) -> None:
        """The strand ended with a value."""

    def failed(self, place: int, error: BaseException) -> None:
        """It ended with an error."""


class Later:
    """What the function of a direct task gives that may not be called so now: the call that is to be made by the host."""

    __slots__ = ("arguments", "keywords")

    def __init__(self, /, *arguments: Any, **keywords: Any) -> None:
        self.arguments = arguments
        self.keywords = keywords


class Directs(Protocol):
    """Tasks that a machine may call without asking the host: as the functions that they are.

    The functions lie where generated code finds them; the host puts others in their place when that changes.
    """

    def way(self, target: str) -> str:
        """How a task is called, for ever: "direct", or "host" when the host is asked; with " waits" when that is awaited."""

    def bind(self, target: str, put: Callable[[Any], None]) -> None:
        """``put`` the function of a direct task in its place, now and whenever it is another one."""

    def answered(self, target: str, value: object) -> object:
        """The answer of a direct task that gave ``value``, which is not plain: a value or a `Pending`."""

    def finished(self, target: str, value: object) -> object:
        """The same for one that has been awaited: a value."""

    def seen(self, target: str, error: BaseException, awaited: bool) -> BaseException:
        """What a program sees when a direct task raised ``error``, perhaps while it was ``awaited``."""

    def slow(self, seconds: float) -> None:
        """A machine that called direct tasks held up everybody else for so long."""


class Host(Protocol):
    """What an engine needs. Policies are a tuple of tuples, outermost first:

    ``("retry", attempts, delay, backoff, jitter, errors)`` and ``("timeout", duration)``; a duration is a `timedelta` or
    a number of seconds. They come from the program, so a host checks them and raises `TypeError` or `ValueError`. Programs
    that are made of calls of tasks (`cascade.planning`) have two more, which not every host takes: ``("cache", policy)`` and
    ``("constraints", amounts)``, a dict. On a flow the cache is ``("cache", policy, name, inputs)``, for a flow shows neither.
    """

    meter: Meter
    directs: Directs | None
    """None: every call is to be made by the host, because it is counted, told, or not made here."""

    def call(
        self,
        site: Site,
        arguments: Sequence[object],
        keywords: Mapping[str, object],
        policies: object,
    ) -> object:
        """Call the task named by ``site.target``. A value or a `Pending`."""

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """Call a public method of a value that is not built in. A value or a `Pending`."""

    def apply(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """Call a value that can be called and is neither built in nor a function of the program. A value or a `Pending`."""

    def attempt(self, site: Site, start: Start, policies: object) -> Pending:
        """Run a flow under policies: start it, time it, start it again."""

    def emit(self, site: Site, *arguments: object, **keywords: object) -> object:
        """``emit(name, value=None)``: hand an event to whoever listens."""

    def skip(self, site: Site, *arguments: object, **keywords: object) -> object:
        """``skip(name, reason)``: the program does not call the task or flow ``name``."""

    def print(self, site: Site, *arguments: object, **keywords: object) -> object:
        """Python's ``print``, to where this run prints."""

    def sleep(self, site: Site, *arguments: object, **keywords: object) -> object:
        """``sleep(duration)``. A `Pending`."""

    def wait(self, site: Site, *arguments: object, **keywords: object) -> object:
        """``wait(signal, timeout=None)``: a `Pending` of the signal's payload; `TimeoutError` when it does not come."""

    def gather(self, site: Site, starts: Iterable[Start], limit: object) -> Pending:
        """Run strands at the same time, at most ``limit`` (None: all), and give the list of their results in order.

        The first error cancels the rest; all have ended when it is raised. ``starts`` is drawn from as places get free.
        """

    def weave(self, site: Site, begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: object) -> Pending:
        """`gather` of strands that wait for each other: each begins as soon as those that it ``needs`` have ended."""

    async def pause(self, place: Place) -> None:
        """Called when a time slice is over: give others a turn."""

    async def spent(self, what: str) -> None:
        """Called when ``what`` ("turns") is used up and one is due. Adds some to the meter, or raises `BudgetExhausted`."""

    def now(self) -> float:
        """Seconds on the clock that time slices are measured on."""
