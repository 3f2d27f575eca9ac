"""Retry and timeout: what they accept, and what they do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.policies import Retry, Timeout, effective, parse_policies
from cascade.tasks import task
from cascade.testing import run_virtual
from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Meter
from support.hosting import answer, call, named, site

ANY = ("Exception",)


class Flaky:
    """Fails with each of some errors in turn, then succeeds. Notes when it was called."""

    def __init__(self, *errors: BaseException, seconds: float = 0.0) -> None:
        self.errors = list(errors)
        self.seconds = seconds
        self.times: list[float] = []
        self.task = task(name="m:flaky")(self.run)

    async def run(self) -> str:
        self.times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.seconds)
        if self.errors:
            raise self.errors.pop(0)
        return "ok"

    def under(self, *policies: object, **options: Any) -> object:
        return run_virtual(call(LocalHost(named(self.task), **options), self.task, policies=policies))


def retry(attempts: object, delay: object = None, backoff: object = 1.0, jitter: object = 0.0, errors: object = ANY) -> object:
    return ("retry", attempts, delay, backoff, jitter, errors)


def test_retry_stops_at_the_first_success() -> None:
    """Three attempts in all, without a pause when no backoff is given."""
    flaky = Flaky(ValueError(1), ValueError(2))
    assert flaky.under(retry(3)) == "ok"
    assert flaky.times == [0, 0, 0]


def test_the_last_error_is_raised() -> None:
    """When all attempts fail, the program sees the error of the last."""
    flaky = Flaky(ValueError(1), ValueError(2), ValueError(3))
    with pytest.raises(ValueError, match="2"):
        flaky.under(retry(2))


def test_pauses_grow_by_the_backoff() -> None:
    """1 s, 2 s, 4 s with a backoff of 2; `delay` sets the first."""
    flaky = Flaky(*map(ValueError, range(3)))
    flaky.under(retry(4, backoff=2.0))
    assert flaky.times == pytest.approx([0, 1, 3, 7])
    flaky = Flaky(*map(ValueError, range(3)))
    flaky.under(retry(4, timedelta(seconds=10), 3))
    assert flaky.times == pytest.approx([0, 10, 40, 130])
    flaky = Flaky(*map(ValueError, range(3)))
    flaky.under(retry(4, 5))
    assert flaky.times == [0, 5, 10, 15]


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 8), (0.5, 10), (1.0, 12)])
def test_jitter_is_a_fraction_of_the_pause(chance: float, pause: float) -> None:
    """A jitter of 0.2 varies ten seconds between eight and twelve."""
    flaky = Flaky(ValueError())
    flaky.under(retry(2, 10, 1.0, 0.2), random=lambda: chance)
    assert flaky.times == pytest.approx([0, pause])


def test_a_pause_stays_finite() -> None:
    """A thousand doublings do not overflow."""
    assert 0 < Retry(10_000, backoff=1e300).pause_after(9_999, 0.5) < 1e10
    assert Retry(10_000, delay=1, backoff=0.5).pause_after(9_999, 0.5) < 1e-9


def test_only_the_errors_named_are_retried() -> None:
    """`on=ConnectionError` lets a `ValueError` pass at once, and its own subclasses count."""
    flaky = Flaky(ConnectionResetError(), ValueError("other"))
    with pytest.raises(ValueError, match="other"):
        flaky.under(retry(5, errors=("ConnectionError", "KeyError")))
    assert len(flaky.times) == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(), BudgetExhausted("turns", 1)])
def test_what_programs_can_not_catch_is_not_retried(error: BaseException) -> None:
    """An interrupt ends the call at the first attempt."""
    flaky = Flaky(error)

    async def main() -> None:
        with pytest.raises(type(error)):
            await call(LocalHost(named(flaky.task)), flaky.task, policies=(retry(5),))

    run_virtual(main())
    assert len(flaky.times) == 1


def test_cancellation_is_not_retried() -> None:
    """Neither during an attempt nor in the pause after it."""

    async def main(flaky: Flaky) -> None:
        run = asyncio.ensure_future(call(LocalHost(named(flaky.task)), flaky.task, policies=(retry(5, 100),)))
        await asyncio.sleep(1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    for flaky in (Flaky(seconds=10), Flaky(ValueError())):
        run_virtual(main(flaky))
        assert len(flaky.times) == 1


def test_timeout_names_the_call_and_the_time() -> None:
    """The error says what took longer than what."""
    with pytest.raises(TimeoutError, match=r"^m:flaky took longer than 1m30s$"):
        Flaky(seconds=100).under(("timeout", timedelta(seconds=90)))
    assert Flaky(seconds=80).under(("timeout", 90)) == "ok"


def test_a_timeout_of_the_tasks_own_is_its_own() -> None:
    """A task that raises `TimeoutError` is not said to have taken too long."""
    with pytest.raises(TimeoutError, match=r"^mine$"):
        Flaky(TimeoutError("mine")).under(("timeout", 90))

    @task
    async def slow() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            raise TimeoutError("mine, while stopping")

    with pytest.raises(TimeoutError, match=r"^mine, while stopping$"):
        run_virtual(call(LocalHost(named(slow)), slow, policies=(("timeout", 1),)))


def test_the_left_policy_is_outermost() -> None:
    """`retry, timeout` times each attempt; `timeout, retry` all of them."""
    flaky = Flaky(seconds=100)
    with pytest.raises(TimeoutError):
        flaky.under(retry(3), ("timeout", 10))
    assert flaky.times == [0, 10, 20]
    flaky = Flaky(seconds=100)
    with pytest.raises(TimeoutError):
        flaky.under(("timeout", 10), retry(3))
    assert flaky.times == [0]


def test_a_cancellation_from_outside_wins_over_a_timeout() -> None:
    """When both come at the same moment the run ends as cancelled."""

    async def main() -> None:
        flaky = Flaky(seconds=100)
        run = asyncio.ensure_future(call(LocalHost(named(flaky.task)), flaky.task, policies=(("timeout", 10),)))
        asyncio.get_running_loop().call_later(10, run.cancel)
        with pytest.raises((asyncio.CancelledError, TimeoutError)):
            await run

    run_virtual(main())


@pytest.mark.parametrize(
    ("policies", "kind", "words"),
    [
        ((retry("3"),), TypeError, "attempts must be a whole number, not str"),
        ((retry(True),), TypeError, "attempts must be a whole number, not bool"),
        ((retry(0),), ValueError, "at least 1, not 0"),
        ((retry(2, "1s"),), TypeError, "retry delay must be a duration or a number of seconds, not str"),
        ((retry(2, -1),), ValueError, "retry delay must not be negative"),
        ((retry(2, float("nan")),), ValueError, "retry delay must be a finite number"),
        ((retry(2, 10**400),), ValueError, "retry delay must be a finite number"),
        ((retry(2, backoff=0),), ValueError, "backoff must be more than 0"),
        ((retry(2, backoff="2"),), TypeError, "backoff must be a number, not str"),
        ((retry(2, jitter=2),), ValueError, "jitter must be between 0 and 1"),
        ((retry(2, errors="ValueError"),), TypeError, "must be a tuple, not str"),
        ((retry(2, errors=("Nope",)),), ValueError, "no error called 'Nope'"),
        ((("timeout", None),), TypeError, "timeout must be a duration or a number of seconds, not NoneType"),
        ((("timeout", timedelta(seconds=-1)),), ValueError, "timeout must not be negative"),
        ((("cache", 1),), TypeError, "is not a policy"),
        ("retry", TypeError, "policies must be a tuple"),
    ],
)
def test_wrong_settings_are_refused_before_anything_runs(policies: Any, kind: type[Exception], words: str) -> None:
    """Policies are computed by programs, so each setting is checked, with a plain error."""
    flaky = Flaky()
    host = LocalHost(named(flaky.task))
    with pytest.raises(kind, match=words):
        host.call(site("m:flaky"), (), {}, policies)
    assert (flaky.times, host.meter.calls_spent) == ([], 0)


def test_declared_policies_apply_when_the_call_names_none_of_their_kind() -> None:
    """They are innermost; one that the call names replaces the declared one of its kind."""
    declared = (Retry(3), Timeout(10))
    assert effective((), declared) == declared
    assert effective(parse_policies((("timeout", 5),)), declared) == (Timeout(5), Retry(3))
    assert effective(parse_policies((retry(2),)), (None, Timeout(10))) == (Retry(2), Timeout(10))
    calls = []

    @task(retry=3)
    async def count() -> None:
        calls.append(1)
        raise ValueError

    with pytest.raises(ValueError):
        run_virtual(call(LocalHost(named(count)), count))
    assert len(calls) == 3


def test_each_attempt_counts_as_a_call() -> None:
    """Retrying spends the budget of calls, and is stopped by it."""
    meter = Meter(calls=3)
    flaky = Flaky(*map(ValueError, range(10)))

    async def main() -> None:
        with pytest.raises(BudgetExhausted) as caught:
            await call(LocalHost(named(flaky.task), meter=meter), flaky.task, policies=(retry(9),))
        assert (caught.value.what, caught.value.limit) == ("calls", 3)

    run_virtual(main())
    assert (len(flaky.times), meter.calls_left, meter.calls_spent) == (3, 0, 3)


def test_flows_under_policies_run_again_as_new_strands() -> None:
    """Each attempt starts the flow anew, when the one before has ended."""
    log: list[str] = []

    async def strand() -> str:
        log.append("starts")
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(1)
            log.append("ended")
        return "never"

    async def main() -> float:
        host = LocalHost({})
        with pytest.raises(TimeoutError, match=r"^poll took longer than 10s$"):
            await answer(host.attempt(site("poll"), strand, (retry(2), ("timeout", 10))))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 22
    assert log == ["starts", "ended"] * 2
