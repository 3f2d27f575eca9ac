"""Ways to compose calls: one after the other (`sequence`), each with the value of the one before (`pipeline`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from cascade.errors import GraphError, Problem
from cascade.lazy import LazyResult
from cascade.placeholder import Placeholder
from cascade.places import written_at
from cascade.structure import replaced

__all__ = ["pipeline", "sequence"]


def sequence(calls: Iterable[LazyResult[Any]]) -> LazyResult[Any]:
    """The calls, each begun when the one before has ended; the value is that of the last.

    It is the calls that are put in order: what their arguments need may run earlier. One that is skipped does not keep the
    others from running. ``sequence([a(), b(), c()])`` is ``c().after(b().after(a()))``.

    >>> tell = cs.task(print)
    >>> cs.run(sequence([tell("first"), tell("second")]))
    first
    second
    """
    last: LazyResult[Any] | None = None
    ordered: dict[Placeholder, Placeholder] = {}
    for call in calls:
        if not isinstance(call, LazyResult):
            _refuse("CS432", f"a sequence is made of calls, not of {type(call).__name__}", "write `work(…)` for each")
        if last is None:
            last = call
        else:
            last = ordered[call] = replaced(call, ordered).after(last)  # also as an argument of later calls
    if last is None:
        _refuse("CS439", "a sequence of nothing has no value", None)
    return last


def pipeline(value: Any, steps: Iterable[Callable[[Any], Any]]) -> Any:
    """Hand ``value`` to the first step, its value to the second, and so on; the value is that of the last.

    A step is a task, a flow, or a function that writes down a call: ``lambda text: translate(text, to="fr").run_if(wanted)``.
    A step that is skipped lets the value through.

    >>> double = cs.task(lambda number: 2 * number)
    >>> cs.run(pipeline(5, [double, lambda number: double(number).run_if(False), double]))
    20
    """
    for step in steps:
        if isinstance(step, Placeholder) or not callable(step):
            said = "a call of its own, which gets no value" if isinstance(step, Placeholder) else type(step).__name__
            hint = "write the task itself, or `lambda value: work(value, …)`"
            _refuse("CS432", f"a step of a pipeline is a task or a function, not {said}", hint)
        made = step(value)
        value = made.or_else(value) if isinstance(made, LazyResult) and made is not value else made
    return value


def _refuse(code: str, message: str, hint: str | None) -> NoReturn:
    raise GraphError(Problem(code, message, written_at(sys._getframe(2)), hint))
