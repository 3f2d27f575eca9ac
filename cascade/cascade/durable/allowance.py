"""What a durable run may spend besides turns: calls, time, what its tasks cost, and how often in a row it makes the same call.

A run that has used something up is paused, before the call that would need more. What is left is part of the run's state, so it
holds over all processes; more can be added when the run is resumed. This file knows no stores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cascade_vm.host import Meter

from cascade.durable.suspensions import Calling

if TYPE_CHECKING:
    from cascade.one_run import Budget

__all__ = ["Allowance"]


class Allowance:
    """``until`` is when the time is over, seconds since the epoch; ``cost_left`` and ``repeats`` are None for no limit."""

    __slots__ = ("cost_left", "cost_spent", "meter", "repeats", "until")

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.until: float | None = None
        self.cost_left: float | None = None
        self.cost_spent = 0.0
        self.repeats: int | None = None

    def begin(self, budget: Budget, now: float) -> None:
        """What a run is given when it begins."""
        self.meter.turns_left, self.meter.calls_left = budget.turns, budget.calls
        self.cost_left, self.repeats = budget.cost, budget.repeats
        self.until = None if budget.seconds is None else now + budget.seconds

    def add(self, more: Budget, now: float) -> None:
        """More of what is limited. Time is counted from now, if it is over."""
        meter = self.meter
        if more.turns is not None and meter.turns_left is not None:
            meter.turns_left += more.turns
        if more.calls is not None and meter.calls_left is not None:
            meter.calls_left += more.calls
        if more.cost is not None and self.cost_left is not None:
            self.cost_left = max(self.cost_left, 0.0) + more.cost
        if more.repeats is not None and self.repeats is not None:
            self.repeats += more.repeats
        if more.seconds is not None and self.until is not None:
            self.until = max(self.until, now) + more.seconds

    def cost(self, amount: float) -> None:
        """A task has cost so much."""
        self.cost_spent += amount
        if self.cost_left is not None:
            self.cost_left -= amount

    def give_back_call(self) -> None:
        """A call is made again that was counted before."""
        self.meter.calls_spent -= 1
        if self.meter.calls_left is not None:
            self.meter.calls_left += 1

    def lacks(self, now: float) -> str | None:
        """What is used up, so that no call may be made; None: nothing is. When the time is over nothing is begun at all."""
        if self.meter.calls_left is not None and self.meter.calls_left <= 0:
            return "its budget of calls"
        if self.cost_left is not None and self.cost_left <= 0:
            return "its budget of cost"
        return "its budget of seconds" if self.is_over(now) else None

    def is_over(self, now: float) -> bool:
        """Whether the time is."""
        return self.until is not None and self.until <= now

    def is_free(self) -> bool:
        """Whether nothing but turns is limited."""
        return self.until is None and self.cost_left is None and self.repeats is None and self.meter.calls_left is None

    def lacks_for(self, call: Calling) -> str | None:
        """The same of one call, which may be the same again as the strand's last ones."""
        node = call.node
        same = (node.name, node.digest) == (call.name, call.digest)
        if self.repeats is None or not same or node.repeated <= self.repeats:
            return None
        name = call.site.target.rpartition(":")[2]
        return f"its budget of repeats: `{name}` was called {node.repeated} times in a row with the same arguments"

    def state(self) -> list[Any]:
        """As data."""
        return [self.meter.turns_left, self.meter.calls_left, self.until, self.cost_left, self.cost_spent, self.repeats]

    def restore(self, state: list[Any]) -> None:
        """The inverse."""
        meter = self.meter
        meter.turns_left, meter.calls_left, self.until, self.cost_left, self.cost_spent, self.repeats = state
