"""What can be run: what it is called, and where tail calls from it lead.

This file knows the kinds of things that users hand to `cascade.run`, not how any of them is run.
"""

from __future__ import annotations

from typing import Any

from cascade_vm.control import TailCall

from cascade import registry
from cascade.answers import PLAIN
from cascade.errors import ArgumentError, EngineError, Problem
from cascade.lazy import NOTHING, LazyResult, Mapped, target_name
from cascade.parameters import near_miss
from cascade.placeholder import Placeholder
from cascade.program import Flow, FlowCall
from cascade.structure import unfinished_in
from cascade.tasks import Task

__all__ = ["check_target", "direct_call", "following", "name_of"]

_COLLECTIONS = (list, tuple, set, dict)


def check_target(target: object) -> None:
    """Raise `ArgumentError` CS452 for what is nothing that can be run."""
    if isinstance(target, Placeholder | FlowCall) or type(target) in _COLLECTIONS:
        return
    kind = type(target).__name__
    hint = None
    if isinstance(target, Task | Flow) or kind == "FlowFunction":
        hint = f"call it: `{target_name(target)}(…)` is a value, which is run"
    elif hasattr(target, "__await__"):
        hint = "await it yourself, or make it a call of a @cs.task"
    raise ArgumentError(Problem("CS452", f"what is run is a call of a flow or a task, not a {kind}", hint=hint))


def name_of(target: object) -> str:
    """What a run of it is called in events."""
    match target:
        case FlowCall(flow=flow):
            return flow.name
        case LazyResult():
            return target_name(target.target)
        case _:
            return type(target).__name__


def following(target: object, tail: TailCall) -> object:
    """What to run next, when ``target`` ended with a tail call. Raises `EngineError` CS450, `ArgumentError` CS451."""
    called = _called(target, tail.target)
    try:
        made: object = called(*tail.args, **tail.kwargs)
    except TypeError as error:
        said = error.problems[0].message if isinstance(error, ArgumentError) else str(error)
        hint = error.problems[0].hint if isinstance(error, ArgumentError) else None
        message = f"the tail call to `{target_name(called)}` does not fit: {said}"
        place = target.written_at if isinstance(target, LazyResult) else None
        raise ArgumentError(Problem("CS451", message, place, hint)) from None
    if not isinstance(made, LazyResult):
        return made
    if not isinstance(target, LazyResult):
        return made.at_site((None, 0))
    made = made.at_site(target.site)  # it is nobody's line but that of the call which the run began with
    return made.under(target.policies) if tail.target is None else made


def _called(target: object, name: str | None) -> Any:
    """The task or flow of that name; that of ``target`` itself for None."""
    own: Any = target.flow if isinstance(target, FlowCall) else target.target if isinstance(target, LazyResult) else None
    if name is None:
        if own is None or isinstance(own, Mapped):
            message = f"a tail call without a target starts a call of a task or flow again, and a {name_of(target)} is none"
            raise EngineError(Problem("CS450", message))
        return own
    if isinstance(own, Flow):
        found = own.program.flows.get(name)
        if found is not None:
            return found
    module = getattr(own, "name", "").rpartition(":")[0]
    found = registry.find(name) or registry.find(f"{module}:{name}")
    if found is None:
        known = registry.names()
        inside = [one.rpartition(":")[2] for one in known if one.startswith(f"{module}:")]
        hint = near_miss(name, [*known, *inside]) or "the name of a task or flow is `module:name`"
        raise EngineError(
            Problem("CS450", f"a tail call leads to `{name}`, and there is no task or flow of that name", hint=hint)
        )
    return found


def direct_call(target: object) -> FlowCall | None:
    """The call of a flow that ``target`` is, if it needs no plan: nothing more is said of it, and all arguments are there."""
    if isinstance(target, FlowCall):
        return target
    if not isinstance(target, LazyResult) or isinstance(target.target, Task | Mapped | Flow):
        return None
    said = target.policies or target.order or target.selector or target.condition is not None
    if said or target.otherwise is not NOTHING:
        return None
    for value in (*target.args, *target.kwargs.values()) if target.kwargs else target.args:
        if type(value) not in PLAIN and next(unfinished_in(value), None) is not None:
            return None
    call: FlowCall = target.target.call(*target.args, **target.kwargs)
    return call
