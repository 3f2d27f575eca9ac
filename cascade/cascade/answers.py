"""What a task may answer: anything but a call that did not run.

To Python a call of a task or a flow is a value, so a task whose body says ``return other(x)`` has run nothing. That is refused
wherever it would go unnoticed: as the value itself, as the first item of a container, in a jump or a tail call. This file knows
values, not how tasks are called.
"""

from __future__ import annotations

from types import NoneType
from typing import NoReturn

from cascade_vm.control import Jump, TailCall

from cascade.errors import LazyValueError, Problem
from cascade.lazy import LazyResult, target_name
from cascade.placeholder import Placeholder, describe
from cascade.program import FlowCall

__all__ = ["PLAIN", "finished"]

PLAIN = frozenset({NoneType, bool, int, float, str, bytes})
"""The types of most answers: nothing can be wrong with one of these. To be asked first, a look at a set costs 30 ns."""
_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})


def finished(target: str, value: object) -> object:
    """``value``, which the task ``target`` gave. Raises `LazyValueError` CS456 for a call that did not run.

    Of a container the first item is looked at: what builds a list of calls builds it of calls alone, and going through each
    list that a task hands on would cost as much as many tasks do.
    """
    kind = type(value)
    if kind in PLAIN:
        return value
    if isinstance(value, Placeholder | FlowCall):
        _refuse(target, value)
    if kind in _CONTAINERS:
        _check_first(target, value.values() if isinstance(value, dict) else value)
    elif isinstance(value, Jump):
        finished(target, value.data)
    elif isinstance(value, TailCall):
        for given in (*value.args, *value.kwargs.values()):
            if isinstance(given, Placeholder | FlowCall):
                _refuse(target, given)
    return value


def _check_first(target: str, items: object) -> None:
    for item in items:  # type: ignore[attr-defined]
        if isinstance(item, Placeholder | FlowCall):
            _refuse(target, item)
        return


def _refuse(target: str, value: Placeholder | FlowCall) -> NoReturn:
    short = target.rpartition(":")[2].rpartition("<locals>.")[2]
    said = describe(value) if isinstance(value, Placeholder) else f"a call of flow `{value.flow.name}`"
    hint = f"make `{short}` a @cs.flow"
    if isinstance(value, LazyResult):
        hint = f"write `{target_name(value.target)}.fn(…)`, which calls the function itself, or {hint}"
    place = value.written_at if isinstance(value, LazyResult) else None
    raise LazyValueError(Problem("CS456", f"task `{short}` gave {said}, which did not run", place, hint))
