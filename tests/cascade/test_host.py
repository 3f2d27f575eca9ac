"""LocalHost: calls, services, signals, events, and what runs share."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.signals import Signals
from cascade.tasks import task
from cascade.testing import RecordingHost, run_virtual
from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Meter
from support.hosting import PLACE, answer, call, named, site

from cascade import events


@task(mode="inline")
def add(a: int, b: int = 1) -> int:
    return a + b


@task
async def slow(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


def test_calls_take_arguments_in_both_ways() -> None:
    """By position and by keyword, and a wrong call raises what Python raises."""
    host = LocalHost(named(add))
    assert host.call(site(add.name), (2,), {"b": 5}, None) == 7
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        host.call(site(add.name), (), {}, None)


def test_the_budget_of_calls() -> None:
    """Tasks and methods count; the call after the last is refused."""
    host = LocalHost(named(add), meter=Meter(calls=2))
    host.call(site(add.name), (1,), {}, None)
    host.method(site(".upper"), Text("x"), (), {})
    with pytest.raises(BudgetExhausted, match="budget of 2 calls"):
        host.call(site(add.name), (1,), {}, None)
    assert (host.meter.calls_left, host.meter.calls_spent) == (0, 2)


class Text(str):
    __slots__ = ()

    def shout(self) -> str:
        return self.upper() + "!"

    async def later(self) -> str:
        await asyncio.sleep(1)
        return self


def test_methods_are_public_ones() -> None:
    """Private names and those that open up frames are refused, and so is `format` on texts: it reads attributes."""
    host = LocalHost({})
    assert host.method(site(".shout"), Text("x"), (), {}) == "X!"
    assert run_virtual(answer_later(host)) == "x"
    for name, target in [
        ("._hidden", Text()), (".__class__", Text()), (".gi_frame", (n for n in ())), (".format", Text("{}")),
        (".format_map", Text()), (".format", str), (".format", Text),
    ]:  # fmt: skip
        with pytest.raises(AttributeError, match="has no attribute"):
            host.method(site(name), target, (), {})
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'shout'"):
        host.method(site(".shout"), None, (), {})


async def answer_later(host: LocalHost) -> Any:
    return await answer(host.method(site(".later"), Text("x"), (), {}))


def test_runs_share_all_but_their_meter() -> None:
    """A host for a run is a small object; spending in one run is not seen in another."""
    host = LocalHost(named(add))
    first, second = host.for_run(Meter(calls=1)), host.for_run()
    first.call(site(add.name), (1,), {}, None)
    assert second.call(site(add.name), (1,), {}, None) == 2
    assert (first.meter.calls_spent, second.meter.calls_spent, host.meter.calls_spent) == (1, 1, 0)
    assert sys.getsizeof(first) + sys.getsizeof(first.meter) < 500
    assert first.signals is host.signals


def test_sleep() -> None:
    """Durations and seconds; wrong ones are refused at once."""

    async def main() -> float:
        host = LocalHost({})
        await answer(host.sleep(site("sleep"), timedelta(minutes=1)))
        await answer(host.sleep(site("sleep"), 0.5))
        for wrong, kind in [(-1, ValueError), ("1s", TypeError), (True, TypeError), (float("inf"), ValueError)]:
            with pytest.raises(kind, match="the time to sleep"):
                host.sleep(site("sleep"), wrong)
        with pytest.raises(TypeError, match=r"sleep\(\) missing 1 required positional argument"):
            host.sleep(site("sleep"))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 60.5


def test_print_goes_where_the_run_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Python's `print`, options too, save the choice of a file."""
    to = io.StringIO()
    LocalHost({}, print_to=to).print(site("print"), 1, "a", sep="-", end="!")
    assert to.getvalue() == "1-a!"
    LocalHost({}).print(site("print"), "out")
    assert capsys.readouterr().out == "out\n"
    with pytest.raises(TypeError, match="unexpected keyword argument 'file'"):
        LocalHost({}).print(site("print"), file=to)
    with pytest.raises(TypeError, match="nope"):
        LocalHost({}).print(site("print"), nope=1)


def test_signals_are_kept_and_served_in_order() -> None:
    """Twenty answers mean twenty turns, whether they come before or after the waits."""

    async def main() -> None:
        signals = Signals()
        host = LocalHost({}, signals=signals)
        for n in range(3):
            signals.send("answer", n)
        signals.send("other")
        early = [await answer(host.wait(site("wait"), "answer")) for _ in range(3)]
        waits = [asyncio.ensure_future(answer(host.wait(site("wait"), "answer", 60))) for _ in range(3)]
        await asyncio.sleep(1)
        assert signals.awaited() == ["answer"]
        for n in range(3, 6):
            signals.send("answer", n)
        assert early + [await wait for wait in waits] == [0, 1, 2, 3, 4, 5]
        assert signals.awaited() == []

    run_virtual(main())


def test_a_wait_gives_up_after_its_timeout() -> None:
    """The error names the signal; one that comes later is kept for the next wait."""

    async def main() -> None:
        host = LocalHost({})
        with pytest.raises(TimeoutError, match=r"^signal 'approved' did not come within 2h$"):
            await answer(host.wait(site("wait"), "approved", timeout=timedelta(hours=2)))
        host.signals.send("approved", "late")
        assert await answer(host.wait(site("wait"), "approved", 1)) == "late"
        for arguments, words in [((3,), "name of a signal"), (("a", "1h"), "timeout of a wait")]:
            with pytest.raises(TypeError, match=words):
                host.wait(site("wait"), *arguments)

    run_virtual(main())


def test_a_signal_that_meets_a_cancelled_wait_is_not_lost() -> None:
    """It goes to the next in line, or is kept."""

    async def main() -> None:
        signals = Signals()
        first, second = (asyncio.ensure_future(signals.receive("a")) for _ in range(2))
        await asyncio.sleep(0)
        signals.send("a", 1)
        first.cancel()
        assert await second == 1
        third = asyncio.ensure_future(signals.receive("a"))
        await asyncio.sleep(0)
        signals.send("a", 2)
        third.cancel()
        with pytest.raises(asyncio.CancelledError):
            await third
        assert await signals.receive("a") == 2

    run_virtual(main())


def test_events_tell_what_happens() -> None:
    """Calls with their numbers, durations and retries, sleeps, waits, signals and what the program emits."""
    seen: list[events.Event] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        host = LocalHost(named(add, slow), listener=seen.append, clock=loop.time)
        await call(host, add, 1)
        await call(host, slow, 2.0)
        with pytest.raises(TypeError):
            await call(host, slow, "x", policies=(("retry", 2, 1, 1, 0, ("TypeError",)),))
        await answer(host.sleep(site("sleep"), 3))
        host.signals.send("go", {"n": 1})
        await answer(host.wait(site("wait"), "go", 5))
        host.emit(site("emit"), "progress", value=[1])

    run_virtual(main())
    assert seen[:4] == [
        events.CallStarted(add.name, PLACE, 1), events.CallFinished(add.name, PLACE, 1, 0.0, True),
        events.CallStarted(slow.name, PLACE, 2), events.CallFinished(slow.name, PLACE, 2, 2.0, True),
    ]  # fmt: skip
    assert [type(event).__name__ for event in seen[4:9]] == [
        "CallStarted", "CallFinished", "CallRetried", "CallStarted", "CallFinished",
    ]  # fmt: skip
    assert isinstance(seen[5], events.CallFinished)
    assert not seen[5].ok
    assert seen[9:] == [
        events.Sleeping(PLACE, 3), events.Waiting(PLACE, "go", 5), events.SignalReceived(PLACE, "go", {"n": 1}),
        events.Emitted(PLACE, "progress", [1]),
    ]  # fmt: skip
    for event in seen:
        json.dumps(events.event_to_dict(event), allow_nan=False)


def test_events_as_json() -> None:
    """Places count columns from 1, as people do; what JSON does not know is shown as its repr."""
    assert events.event_to_dict(events.Emitted(PLACE, "x", {1: (timedelta(seconds=2), float("nan"), {3})})) == {
        "event": "Emitted",
        "place": {"flow": "main", "file": "test.csc", "line": 3, "column": 5},
        "name": "x",
        "value": {"1": [2.0, "nan", "{3}"]},
    }
    cycle: list[object] = []
    cycle.append(cycle)
    json.dumps(events.event_to_dict(events.Emitted(PLACE, "x", cycle)))


def test_a_failing_listener_does_not_disturb_the_run(caplog: pytest.LogCaptureFixture) -> None:
    """Its error is logged."""

    def listener(event: events.Event) -> None:
        raise LookupError(event)

    host = LocalHost(named(add), listener=listener)
    assert host.call(site(add.name), (1,), {}, None) == 2
    assert "a listener failed" in caplog.text


def test_gather_refuses_a_wrong_limit_before_it_starts() -> None:
    """The error is raised by the call itself."""
    with pytest.raises(ValueError, match="at least 1"):
        LocalHost({}).gather(site("parallel"), [], 0)


def test_the_recording_host_writes_down_calls() -> None:
    """Arguments as they were, and what came of each call."""

    @task(mode="inline", name="m:grow")
    def grow(items: list[int]) -> list[int]:
        items.append(1)
        return items

    async def main() -> list[tuple[str, str, str | None]]:
        host = RecordingHost(named(add, grow, slow))
        await call(host, grow, [0])
        await call(host.for_run(), slow, 1.0)
        with pytest.raises(TypeError):
            await call(host, add, "a", b=2)
        return [(entry.target.rpartition(":")[2], entry.arguments, entry.outcome) for entry in host.log]

    assert run_virtual(main()) == [
        ("grow", "[0]", "[0, 1]"),
        ("slow", "1.0", "1.0"),
        ("add", "'a', b=2", "!TypeError('can only concatenate str (not \"int\") to str')"),
    ]
