"""A count-down in the four forms that a loop has, against the same loop written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from cascade.bench.figures import Experiment, Ratio
from cascade.bench.measuring import programs, timed, timed_async
from cascade.bench.sizes import Sizes
from cascade.flows import flow
from cascade.runtime import arun

__all__ = ["experiments"]

GOAL = 1.1
FORMS = {
    "csc loop": "`.csc` `loop`",
    "flow while": "`@cs.flow` with `while`",
    "tail recursion": "`@cs.flow` that calls itself last",
    "csc states": "`.csc` `state` and `jump`",
}


def by_hand(n: int) -> str:
    """Plain Python."""
    while n > 0:
        n -= 1
    return "done"


@flow
def count_down(n: int) -> str:
    """The same as a flow."""
    while n > 0:
        n -= 1
    return "done"


@flow
def count_by_calls(n: int) -> str:
    """The same without a loop."""
    if n <= 0:
        return "done"
    return count_by_calls(n - 1)


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """One experiment of five sides."""
    n = sizes.countdown
    flows = {
        "csc loop": programs().count_in_loop,
        "flow while": count_down,
        "tail recursion": count_by_calls,
        "csc states": programs().count_in_states,
    }
    sides = {"by hand": timed(lambda: by_hand(n), "done")}
    for form, made in flows.items():
        sides[form] = timed_async(lambda made=made: arun(made(n)), "done")  # type: ignore[misc]
    figures = [
        Ratio(
            name=form, title=title, side=form, base="by hand", against="the loop by hand", goal=GOAL, steps=n
        )
        for form, title in FORMS.items()
    ]  # fmt: skip
    yield Experiment(f"count-down of {n:,}", sides, figures)
