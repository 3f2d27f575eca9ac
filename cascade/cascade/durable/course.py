"""The policies of a call as data: which attempt it is, what time is up when, and until when it pauses.

`cascade.attempts` says the same as coroutines, which can not be written down. Times are seconds since the epoch: they mean the
same in the process that goes on. This file knows neither calls nor stores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from cascade.policies import Policy, Retry, Timeout

__all__ = ["Course"]

_NONE: Final[list[Any]] = []
"""Most calls have no policies: of these nothing is kept for each."""


class Course:
    """How far a call under policies has come; outermost first, as `cascade.attempts.apply` has them.

    ``count`` is the number of the attempt under way, from 1; ``attempts`` are those begun for each policy, ``deadlines`` say
    when each `Timeout` is over, ``until`` when the next
    attempt begins while there is none. ``late`` is the `Timeout` whose time was up, while the attempt is being ended for it.
    """

    __slots__ = ("_level", "_told", "attempts", "count", "deadlines", "late", "policies", "target", "until")

    def __init__(self, policies: Sequence[Policy], target: str) -> None:
        self.policies = policies
        self.target = target
        self.count = 0
        self.attempts = [0] * len(policies) if policies else _NONE
        self.deadlines: list[float | None] = [None] * len(policies) if policies else _NONE
        self.until: float | None = None
        self.late = -1
        self._level = -1  # of the policy that pauses
        self._told: list[Any] | None = None  # as it was restored last

    def begin(self, now: float) -> None:
        """An attempt begins: of the whole call, or of what a pause was for."""
        self.count += 1
        for level in range(self._level + 1, len(self.policies)):
            policy = self.policies[level]
            self.attempts[level] = 1
            self.deadlines[level] = now + policy.seconds if isinstance(policy, Timeout) else None
        self.until = None
        self._level = -1

    def next_event(self) -> float:
        """When something happens by itself: a time is up, or a pause is over. Infinite for never."""
        if not self.policies:
            return math.inf
        times = [time for time in self.deadlines if time is not None]
        if self.until is not None:
            times.append(self.until)
        return min(times, default=math.inf)

    def is_late(self, now: float) -> bool:
        """Whether the time of a `Timeout` is up; the outermost such is `late` from now on."""
        if self.late >= 0:
            return False  # it is being ended
        for level, deadline in enumerate(self.deadlines):
            if deadline is not None and deadline <= now:
                self.be_late(level)
                return True
        return False

    def be_late(self, level: int) -> None:
        """The time of this `Timeout` is up."""
        self.late = level

    def failed(self, error: BaseException, now: float, chance: float) -> BaseException | None:
        """An attempt, or a pause, ended with ``error``. Gives what the call raises; None when there will be another attempt,
        at `until`. ``chance`` is a random number from 0 to 1."""
        level = len(self.policies) - 1 if self.until is None else self._level
        if self.late >= 0:
            level, late, self.late = self.late, self.policies[self.late], -1
            if not isinstance(error, Exception):
                assert isinstance(late, Timeout)
                error = self.error_of(late)
            self._pass(level)
            level -= 1
        self.until = None
        while level >= 0:
            policy = self.policies[level]
            if isinstance(policy, Retry) and isinstance(error, policy.on) and self.attempts[level] < policy.attempts:
                pause = policy.pause_after(self.attempts[level], chance)
                self.attempts[level] += 1
                self.until, self._level = now + pause, level
                return None
            self._pass(level)
            level -= 1
        return error

    def _pass(self, level: int) -> None:
        """The error has left this policy and those in it."""
        for inner in range(level, len(self.policies)):
            self.deadlines[inner] = None

    def error_of(self, late: Timeout) -> TimeoutError:
        """What is raised when the time of a policy was up."""
        return TimeoutError(late.said(self.target))

    # --- as data ---

    def is_untold(self) -> bool:
        """Whether something will happen by itself at a time that is written down nowhere."""
        return self.next_event() < math.inf and self.state() != self._told

    def state(self) -> list[Any]:
        """Everything but the policies, which the call has."""
        return [self.count, [*self.attempts], [*self.deadlines], self.until, self.late, self._level]

    def was_told(self, state: list[Any]) -> None:
        """This has been written down."""
        self._told = state

    def restore(self, state: Sequence[Any]) -> None:
        """The inverse of `state`."""
        self.count, attempts, deadlines, self.until, self.late, self._level = state
        if not len(attempts) == len(deadlines) == len(self.policies):
            raise LookupError("the policies of a call are not those that it began with")
        self.attempts, self.deadlines = [*attempts], [*deadlines]
        self._told = self.state()
