"""Policies on calls, checked when they are made. What they do to a call is `cascade.attempts`'.

Settings may be placeholders; then they are checked when a run has their values. This file knows neither tasks nor flows, nor
the event loop: whoever only writes down what is to be run does not wait for it to be imported.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from cascade_vm.errors import CATCHABLE

from cascade.placeholder import Placeholder

__all__ = [
    "Around",
    "Cache",
    "CallPolicy",
    "Constraints",
    "Policy",
    "Retry",
    "Timeout",
    "effective",
    "parse_policies",
    "parse_policy",
    "seconds_of",
]

_LONGEST_DELAY = 100 * 365 * 86_400.0  # keeps the arithmetic of a growing delay finite


_PLENTY = 10**9  # seconds, thirty years


def seconds_of(duration: object, what: str) -> float:
    """A duration, a `timedelta` or a number of seconds, in seconds; ``what`` names it in errors."""
    if type(duration) is int and 0 <= duration < _PLENTY:  # the usual number, without a look at what it might be
        return duration
    if isinstance(duration, timedelta):
        seconds = duration.total_seconds()
    elif isinstance(duration, int | float) and not isinstance(duration, bool):
        seconds = _number(duration, what)
    else:
        raise TypeError(f"{what} must be a duration or a number of seconds, not {type(duration).__name__}")
    if seconds < 0:
        raise ValueError(f"{what} must not be negative")
    return seconds


def _number(value: object, what: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{what} must be a number, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{what} must be a finite number")
    return number


def _check_attempts(attempts: object) -> None:
    if not isinstance(attempts, int) or isinstance(attempts, bool):
        raise TypeError(f"retry attempts must be a whole number, not {type(attempts).__name__}")
    if attempts < 1:
        raise ValueError(f"retry attempts must be at least 1, not {attempts}")


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after an error: at most ``attempts`` calls in all.

    The first pause lasts ``delay`` (None: a second when ``backoff`` is not 1, else none), each further one ``backoff``
    times as long; ``jitter`` is the fraction by which a pause varies at random. Only errors of the kinds ``on`` count.
    """

    attempts: int
    delay: timedelta | float | None = None
    backoff: float = 1.0
    jitter: float = 0.0
    on: tuple[type[Exception], ...] = (Exception,)

    def __post_init__(self) -> None:
        if not isinstance(self.attempts, Placeholder):
            _check_attempts(self.attempts)
        if not (self.delay is None or isinstance(self.delay, Placeholder)):
            seconds_of(self.delay, "retry delay")
        if not isinstance(self.backoff, Placeholder) and _number(self.backoff, "retry backoff") <= 0:
            raise ValueError("retry backoff must be more than 0")
        if not isinstance(self.jitter, Placeholder) and not 0 <= _number(self.jitter, "retry jitter") <= 1:
            raise ValueError("retry jitter must be between 0 and 1")
        if not isinstance(self.on, tuple):
            raise TypeError(f"the errors to retry on must be a tuple, not {type(self.on).__name__}")
        for kind in self.on:
            if not isinstance(kind, type) or not issubclass(kind, Exception):
                raise TypeError(f"{kind!r} is not a kind of error")

    def pause_after(self, attempt: int, chance: float) -> float:
        """Seconds to wait after attempt number ``attempt``; ``chance`` is a random number from 0 to 1."""
        if self.delay is not None:
            pause = seconds_of(self.delay, "retry delay")
        else:
            pause = 0.0 if self.backoff == 1 else 1.0
        if pause:
            exponent = min(attempt - 1, 1_000_000) * math.log(self.backoff) + math.log(pause)
            pause = math.exp(min(exponent, math.log(_LONGEST_DELAY))) if self.backoff != 1 else pause
        return pause * (1 + self.jitter * (2 * chance - 1))


@dataclass(frozen=True, slots=True)
class Timeout:
    """Give up after ``duration``. A call in a thread is abandoned then: Python can not stop it."""

    duration: timedelta | float

    def __post_init__(self) -> None:
        if not isinstance(self.duration, Placeholder):
            seconds_of(self.duration, "timeout")

    @property
    def seconds(self) -> float:
        return seconds_of(self.duration, "timeout")

    def said(self, target: str) -> str:
        """What the error says of a call of ``target`` that was given up."""
        from cascade.durations import format_duration

        flow, is_part, _ = target.partition("$")  # the suite of a `with cs.timeout(…)` is a flow without a name of its own
        limit = format_duration(timedelta(seconds=self.seconds))
        return f"{'a block of ' if is_part else ''}{flow} took longer than {limit}"


@dataclass(frozen=True, slots=True)
class Around:
    """A policy of the host's own: ``run`` is given what makes the call, and gives its result."""

    run: Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Cache:
    """Look for the result before calling, and keep it after. ``policy`` has the coroutine methods ``check`` and ``save``."""

    policy: Any

    def __post_init__(self) -> None:
        for method in ("check", "save"):
            if not callable(getattr(self.policy, method, None)):
                raise TypeError(
                    f"a cache policy has the methods check and save, and {type(self.policy).__name__} has no {method}"
                )


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """How much of each of the system's resources a call needs while it runs."""

    resources: Mapping[str, Any]


Policy: TypeAlias = Retry | Timeout | Around
CallPolicy: TypeAlias = Retry | Timeout | Cache | Constraints


def parse_policies(policies: object) -> tuple[Policy, ...]:
    """Policies as programs give them (`cascade_vm.host.Host`), outermost first. Raises `TypeError` and `ValueError`."""
    if policies is None:
        return ()
    if not isinstance(policies, tuple):
        raise TypeError(f"policies must be a tuple, not {type(policies).__name__}")
    return tuple(map(parse_policy, policies))


def parse_policy(policy: Any) -> Policy:
    """One of them."""
    match policy:
        case ("retry", attempts, delay, backoff, jitter, errors):
            return Retry(attempts, delay, backoff, jitter, _kinds(errors))
        case ("timeout", duration):
            return Timeout(duration)
        case _:
            raise TypeError(f"{policy!r} is not a policy")


def _kinds(names: object) -> tuple[type[Exception], ...]:
    if not isinstance(names, tuple):
        raise TypeError(f"the errors to retry on must be a tuple, not {type(names).__name__}")
    return tuple(map(_kind, names))


def _kind(error: object) -> type[Exception]:
    """A kind of error by its name; graphs of calls, which are no data, give the class itself."""
    if isinstance(error, type) and issubclass(error, Exception):
        return error
    if not isinstance(error, str) or error not in CATCHABLE:
        raise ValueError(f"there is no error called {error!r}")
    return CATCHABLE[error]


def effective(named: Sequence[Policy], declared: Sequence[Policy | None]) -> tuple[Policy, ...]:
    """The policies that a call names, and inside them the declared ones of kinds that it does not name."""
    kinds = {type(policy) for policy in named}
    return (*named, *(policy for policy in declared if policy is not None and type(policy) not in kinds))
