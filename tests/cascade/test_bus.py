"""The message bus: who receives what, in which order, and what a failing handler does."""

from __future__ import annotations

import asyncio
import logging

import pytest
from cascade.bus import Delivery, MessageBus
from cascade.events import CallEvent, CallSkipped, CallStarted, Event, RunEvent, RunFinished, RunStarted
from cascade.testing import run_virtual
from support.hosting import PLACE

STARTED = RunStarted("main")
CALLED = CallStarted("m:t", PLACE, 1)
SKIPPED = CallSkipped("m:t", PLACE, "cached")
FINISHED = RunFinished("main", 0.5)


def test_a_base_class_receives_its_subclasses() -> None:
    """And nothing else; handlers are called in the order of subscription."""
    bus = MessageBus()
    seen: list[tuple[str, Event]] = []
    for kind in (CallEvent, Event, RunEvent, CallSkipped):
        bus.subscribe(kind, lambda event, kind=kind: seen.append((kind.__name__, event)))  # type: ignore[misc]
    for event in (STARTED, CALLED, SKIPPED, FINISHED):
        bus.publish(event)
    assert seen == [
        ("Event", STARTED), ("RunEvent", STARTED), ("CallEvent", CALLED), ("Event", CALLED),
        ("CallEvent", SKIPPED), ("Event", SKIPPED), ("CallSkipped", SKIPPED), ("Event", FINISHED), ("RunEvent", FINISHED),
    ]  # fmt: skip


def test_a_subscription_can_end() -> None:
    """Also while an event is being handed out; what was never begun can not end."""
    bus = MessageBus()
    seen: list[Event] = []

    def once(event: Event) -> None:
        seen.append(event)
        bus.unsubscribe(Event, once)

    bus.subscribe(Event, once)
    bus.publish(STARTED)
    bus.publish(FINISHED)
    assert seen == [STARTED]
    assert not bus.has_subscribers
    with pytest.raises(ValueError, match="is not subscribed to Event"):
        bus.unsubscribe(Event, once)


@pytest.mark.parametrize(("kind", "handler"), [(int, print), ("RunStarted", print), (Event, None)])
def test_what_can_not_be_subscribed_is_refused(kind: type[Event], handler: None) -> None:
    """At once, not when the first event comes."""
    with pytest.raises(TypeError):
        MessageBus().subscribe(kind, handler)  # type: ignore[arg-type]


def test_a_failing_handler_is_reported_and_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Sync and async ones alike."""
    bus = MessageBus()
    seen: list[Event] = []

    def fails(event: Event) -> None:
        raise ValueError("sync")

    async def fails_later(event: Event) -> None:
        raise asyncio.CancelledError  # nobody cancelled this

    bus.subscribe(Event, fails)
    bus.subscribe(Event, fails_later)
    bus.subscribe(Event, seen.append)

    async def main() -> None:
        delivery = Delivery(bus)
        delivery(STARTED)
        await delivery.finish()

    with caplog.at_level(logging.ERROR):
        run_virtual(main())
    assert seen == [STARTED]
    assert len(caplog.records) == 2


def test_async_handlers_are_awaited_in_order_and_before_the_end() -> None:
    """A slow one does not hold up who publishes, but `finish` waits for it."""
    bus = MessageBus()
    seen: list[object] = []

    async def slow(event: Event) -> None:
        await asyncio.sleep(2 if event is STARTED else 1)
        seen.append(event)

    async def main() -> float:
        bus.subscribe(Event, slow)
        delivery = Delivery(bus)
        delivery(STARTED)
        delivery(FINISHED)
        seen.append("published")
        await delivery.finish()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(3, abs=0.01)
    assert seen == ["published", STARTED, FINISHED]


def test_what_is_not_delivered_when_the_run_is_cancelled_is_given_up() -> None:
    """Nothing stays behind, and no coroutine is left unawaited."""
    bus = MessageBus()
    ended: list[str] = []

    async def endless(event: Event) -> None:
        try:
            await asyncio.sleep(10**6)
        finally:
            ended.append("cut")

    bus.subscribe(Event, endless)

    async def main() -> None:
        delivery = Delivery(bus)
        delivery(STARTED)
        delivery(FINISHED)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await delivery.finish()

    run_virtual(main())
    assert ended == ["cut"]


def test_publishing_outside_an_event_loop_reaches_sync_handlers(caplog: pytest.LogCaptureFixture) -> None:
    """An async one is reported: there is nobody who could await it."""
    bus = MessageBus()
    seen: list[Event] = []

    async def later(event: Event) -> None: ...

    bus.subscribe(Event, later)
    bus.subscribe(Event, seen.append)
    bus.publish(STARTED)
    assert seen == [STARTED]
    assert "needs a running event loop" in caplog.text
