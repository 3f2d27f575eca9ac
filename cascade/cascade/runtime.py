"""Running what was written down: `arun` inside an event loop, `run` outside of one.

Both use one `Engine`, which all runs of a process share and which nobody listens to; so a run costs some microseconds above
the flow itself. What the flow or a task raises comes out as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from cascade.bus import MessageBus
from cascade.engine import Engine
from cascade.one_run import Budget
from cascade.tracebacks import raises_at_caller, stop_iteration_of

if TYPE_CHECKING:
    from cascade.awaiting import Awaiting
    from cascade.durable.names import Where
    from cascade.events import Listener
    from cascade.lazy import LazyResult
    from cascade.signals import Signals

__all__ = ["Budget", "Engine", "MessageBus", "arun", "run"]

R = TypeVar("R")


@cache
def shared_engine() -> Engine:
    """The engine of `run` and `arun`."""
    return Engine()


@overload
def run(
    target: LazyResult[R],
    params: Mapping[str, object] | None = None,
    *,
    use_vm: bool | None = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
    store: Where | None = None,
    run_id: str | None = None,
) -> R: ...
@overload
def run(
    target: object,
    params: Mapping[str, object] | None = None,
    *,
    use_vm: bool | None = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
    store: Where | None = None,
    run_id: str | None = None,
) -> Any: ...
@raises_at_caller
def run(
    target: object,
    params: Mapping[str, object] | None = None,
    *,
    use_vm: bool | None = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
    store: Where | None = None,
    run_id: str | None = None,
) -> Any:
    """Run a call of a flow or a task to its end and give its result; the options are those of `arun`.

    Not for code that runs in an event loop already: that awaits `arun`.

    >>> double = cs.task(lambda number: 2 * number)
    >>> run([double(1), double(double(1))])
    [2, 4]
    """
    if _inside_a_loop():
        raise RuntimeError("an event loop is running here: use `await cascade.arun(…)` instead of `cascade.run(…)`")
    try:
        return asyncio.run(
            arun(target, params, use_vm=use_vm, budget=budget, listener=listener, signals=signals, store=store, run_id=run_id)
        )
    except RuntimeError as error:
        stopped = stop_iteration_of(error)
        if stopped is None:
            raise
    raise stopped


def _inside_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@overload
def arun(
    target: LazyResult[R],
    params: Mapping[str, object] | None = None,
    *,
    use_vm: bool | None = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
    store: Where | None = None,
    run_id: str | None = None,
) -> Awaiting[R]: ...
@overload
def arun(
    target: object,
    params: Mapping[str, object] | None = None,
    *,
    use_vm: bool | None = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
    store: Where | None = None,
    run_id: str | None = None,
) -> Awaiting[Any]: ...
def arun(
    target: object,
    params: Mapping[str, object] | None = None,
    *,
    use_vm: bool | None = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
    store: Where | None = None,
    run_id: str | None = None,
) -> Awaiting[Any]:
    """Run a call of a flow or a task, or a list, tuple or dict of them, and give its result.

    ``params`` are the values of its `cs.Param`. ``use_vm`` False runs it on the reference interpreter, which means the same
    and is slower. ``listener`` is called with each event (`cascade.events`). ``signals`` is where `wait` looks; without,
    nothing comes. With ``store`` (a path, or the URL of a database) the run is durable: killed at any moment, it goes on when
    the same call is run by the same ``run_id`` again, or by `resume`. Raises what the flow raises (`FlowFailed` for
    ``fail``), `BudgetExhausted` when ``budget`` is spent, `ResultError` when the result is not of the declared type. The
    traceback of an error shows the flows that it passed.

    >>> import asyncio
    >>> double = cs.task(lambda number: 2 * number)
    >>> async def main():
    ...     return await arun(double(cs.Param("n")), {"n": 21})
    >>> asyncio.run(main())
    42
    """
    if store is not None or run_id is not None:
        return _stored(target, store, run_id, budget, listener, refused=(params, use_vm is False or None, signals))
    return shared_engine().run(target, params, use_vm, budget=budget, listener=listener, signals=signals)


def _stored(
    target: object,
    store: Where | None,
    run_id: str | None,
    budget: Budget | None,
    listener: Listener | None,
    refused: tuple[object, ...],
) -> Awaiting[Any]:
    from cascade.awaiting import Awaiting
    from cascade.durable.running import Options, run_stored
    from cascade.errors import Problem, UsageError

    if store is None:
        raise UsageError(Problem("CS522", f"`run_id={run_id!r}` names a run in a store, and no store is named"))
    for name, value in zip(("params", "use_vm=False", "signals"), refused, strict=True):
        if value is not None:
            hint = "signals are sent with `cs.signal`" if name == "signals" else None
            raise UsageError(Problem("CS522", f"a run in a store takes no `{name}`", hint=hint))
    return Awaiting(run_stored(target, store, run_id, budget, Options(listener)))
