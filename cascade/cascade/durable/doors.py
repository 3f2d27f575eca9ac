"""What users call to reach runs in stores: continue one, send it a signal. Each is there for inside an event loop, too.

resume, aresume     continue a run to its end
signal, asignal     send it a signal
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from cascade.awaiting import Awaiting
from cascade.durable.kept_runs import Store
from cascade.durable.running import Options, resume_stored, send_signal
from cascade.tracebacks import raises_at_caller

if TYPE_CHECKING:
    from cascade.durable.names import Where
    from cascade.events import Listener
    from cascade.one_run import Budget

__all__ = ["Store", "aresume", "asignal", "outside", "resume", "signal"]

T = TypeVar("T")


def outside(work: Coroutine[Any, Any, T], instead: str) -> T:
    """Run to the end what is not called from inside an event loop; there it is ``instead`` that is meant."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    work.close()
    raise RuntimeError(f"an event loop is running here: use `await cascade.{instead}(…)`")


@raises_at_caller
def resume(run_id: str, store: Where, *, add_budget: Budget | None = None, listener: Listener | None = None) -> Any:
    """Continue a run to its end, and give its result; of a run that has ended, the result again.

    What has been committed is not done again; calls that were under way are made again. ``add_budget`` is added to what the
    run may spend. Raises what the flow raises, `NoSuchRun`, `RunIsOwned` while a process that lives has it, `RunPaused` when a
    budget is used up, `TaskError` when a task is missing or takes other arguments than it did.

    >>> @cs.task
    ... def double(number: int) -> int:
    ...     return 2 * number
    >>> @cs.flow
    ... def power(exponent: int) -> int:
    ...     value = 1
    ...     for _ in range(exponent):
    ...         value = double(value)
    ...     return value
    >>> cs.run(power(8), store="runs.db", run_id="power-8")
    256
    >>> resume("power-8", "runs.db")
    256
    """
    return outside(_resumed(run_id, store, add_budget, listener), "aresume")


def aresume(run_id: str, store: Where, *, add_budget: Budget | None = None, listener: Listener | None = None) -> Awaiting[Any]:
    """`resume`, inside an event loop.

    >>> import asyncio
    >>> async def main():
    ...     return await aresume("power-8", "runs.db")
    >>> asyncio.run(main())
    Traceback (most recent call last):
    cascade.errors.NotAStore: error[CS514]: `runs.db` is no store: there is no such file
    """
    return Awaiting(_resumed(run_id, store, add_budget, listener))


async def _resumed(run_id: str, store: Where, add: Budget | None, listener: Listener | None) -> Any:
    _, value = await resume_stored(run_id, store, add, Options(listener))
    return value


@raises_at_caller
def signal(run_id: str, name: str, value: object = None, *, store: Where) -> None:
    """Send a signal to a run. It is kept until the run waits for it, whether somebody runs it now or not. `NoSuchRun`.

    ``value`` is what `wait` gives there: anything that can be stored (`register_codec`).

    >>> signal("order-17", "approved", {"by": "ann"}, store="runs.db")
    Traceback (most recent call last):
    cascade.errors.NotAStore: error[CS514]: `runs.db` is no store: there is no such file
    """
    outside(send_signal(run_id, name, value, store), "asignal")


def asignal(run_id: str, name: str, value: object = None, *, store: Where) -> Awaiting[None]:
    """`signal`, inside an event loop.

    >>> import asyncio
    >>> asyncio.run(asignal("order-17", "approved", store="runs.db"))
    Traceback (most recent call last):
    cascade.errors.NotAStore: error[CS514]: `runs.db` is no store: there is no such file
    """
    return Awaiting(send_signal(run_id, name, value, store))
