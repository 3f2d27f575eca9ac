"""The message bus: hands the events of runs to whoever subscribed to their kind.

It knows the classes of events, not runs. A `Delivery` is one run's way to the bus.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from cascade.events import Event, numbered

__all__ = ["Delivery", "Handler", "MessageBus"]

E = TypeVar("E", bound=Event)
Handler: TypeAlias = Callable[[E], object]
"""Is called with an event. What it gives is awaited, if it can be."""


class MessageBus:
    """Subscriptions to kinds of events. A subscription to a base class receives its subclasses.

    >>> bus = MessageBus()
    >>> from cascade.events import Event, RunStarted
    >>> bus.subscribe(Event, print)
    >>> bus.publish(RunStarted("main"))
    RunStarted(flow='main')
    """

    def __init__(self) -> None:
        self._subscriptions: tuple[tuple[type[Event], Handler[Any]], ...] = ()
        self._by_kind: dict[type[Event], tuple[Handler[Any], ...]] = {}
        self._own = Delivery(self)
        self._runs = 0

    def subscribe(self, event_type: type[E], handler: Handler[E]) -> None:
        """Call ``handler`` with each event of this kind from now on. Handlers are called in the order of subscription.

        A run that began when nobody had subscribed to anything tells nothing. Async handlers are awaited one after the
        other, and before the run ends. One that fails is reported to the log ``cascade`` and does not disturb the run.
        """
        if not (isinstance(event_type, type) and issubclass(event_type, Event)):
            raise TypeError(f"what is subscribed to is a class of cascade.events, not {event_type!r}")
        if not callable(handler):
            raise TypeError(f"a handler is something that can be called, not {type(handler).__name__}")
        self._subscriptions = (*self._subscriptions, (event_type, handler))
        self._by_kind = {}

    def unsubscribe(self, event_type: type[E], handler: Handler[E]) -> None:
        """End a subscription. `ValueError` when there is none."""
        kept = list(self._subscriptions)
        try:
            kept.remove((event_type, handler))
        except ValueError:
            raise ValueError(f"{handler!r} is not subscribed to {event_type.__name__}") from None
        self._subscriptions = tuple(kept)
        self._by_kind = {}

    def publish(self, event: Event) -> None:
        """Hand an event to those that subscribed to it. Async handlers need a running event loop and end in their own time."""
        self._own(event)

    def delivery(self) -> Delivery:
        """The way to this bus for one run, which gets a number."""
        self._runs += 1
        return Delivery(self, self._runs)

    @property
    def has_subscribers(self) -> bool:
        """Whether anybody subscribed to anything."""
        return bool(self._subscriptions)

    def handlers_of(self, kind: type[Event]) -> tuple[Handler[Any], ...]:
        """Who receives events of this very class."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(handler for wanted, handler in self._subscriptions if issubclass(kind, wanted))
        return found


class Delivery:
    """The events of one run on their way to the handlers: a listener (`cascade.events.Listener`).

    Sync handlers are called at once. What async ones give is awaited in a task of its own, one at a time and in order, so
    that a slow one does not hold up the run; `finish` waits for the rest.
    """

    __slots__ = ("_bus", "_due", "_run", "_task")

    def __init__(self, bus: MessageBus, run: int = 0) -> None:
        self._bus = bus
        self._run = run
        self._due: deque[tuple[Event, Awaitable[object]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def __call__(self, event: Event) -> None:
        """Hand an event out."""
        if self._run:
            numbered(event, self._run)
        for handler in self._bus.handlers_of(type(event)):
            try:
                reply = handler(event)
                if inspect.isawaitable(reply):
                    self._await_later(event, reply)
            except Exception:
                _report(event)

    def _await_later(self, event: Event, reply: Awaitable[object]) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _close(reply)
            raise RuntimeError("an async handler needs a running event loop") from None
        self._due.append((event, reply))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._deliver())

    async def _deliver(self) -> None:
        while self._due:
            event, reply = self._due.popleft()
            try:
                await reply
            except asyncio.CancelledError:
                current = asyncio.current_task()
                if current is not None and current.cancelling():
                    raise
                _report(event)
            except Exception:
                _report(event)

    async def finish(self) -> None:
        """Wait until every event has been handled. When this is cancelled, what is left is given up."""
        while (task := self._task) is not None:
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                task.cancel()
                await asyncio.wait((task,))
                self._give_up()
                raise
            finally:
                if task.done() and not self._due:
                    self._task = None

    def _give_up(self) -> None:
        for _, reply in self._due:
            _close(reply)
        self._due.clear()
        self._task = None


def _close(reply: Awaitable[object]) -> None:
    """A coroutine that is not awaited would be warned about."""
    close = getattr(reply, "close", None) or getattr(reply, "cancel", None)
    if close is not None:
        close()


def _report(event: Event) -> None:
    import logging  # six milliseconds that few runs need

    logging.getLogger("cascade").exception("a handler failed on %r", event)
