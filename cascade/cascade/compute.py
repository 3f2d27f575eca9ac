"""One call of a task in another process. It knows tasks; `cascade.processes` knows processes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from cascade.carried import unpacked
from cascade.modes import REFUSED, Pools, refuse
from cascade.processes import Ticket, WorkerDied, importable, pack_request
from cascade.tasks import Task

__all__ = ["call_in_process"]


async def call_in_process(pools: Pools, task: Task[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any]) -> object:
    """What the task gives in a worker process. A `TypeError` says what can not go there or come back."""
    where = importable(task.fn)
    if where is None:
        raise TypeError(f"{task.name} can not run in another process: only a function at the top of a module is found there")
    try:
        request = pack_request(where, arguments, keywords)
    except Exception as error:
        raise TypeError(f"an argument of {task.name} can not be sent to another process: {error}") from error
    ticket = Ticket()
    try:
        kind, value = await asyncio.get_running_loop().run_in_executor(
            pools.processes.threads, pools.processes.exchange, ticket, request
        )
    except WorkerDied as error:
        raise RuntimeError(f"{task.name}: {error}") from None
    except asyncio.CancelledError:
        ticket.abandon()
        raise
    if kind == "lost":
        raise TypeError(f"the result of {task.name} can not be sent back from another process: {value}")
    if kind == "error":
        failure = unpacked(value)
        if isinstance(failure, REFUSED):
            refuse(task.name, failure)
        raise failure
    return value
