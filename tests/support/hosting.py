"""Calls of a host, as an engine makes them."""

from __future__ import annotations

from typing import Any

from cascade.tasks import Task
from cascade_vm.host import Host, Pending, Place, Site

PLACE = Place("main", "test.csc", 3, 4, 3, 9)


async def answer(reply: object) -> Any:
    """What an engine makes of a host's reply."""
    return await reply.awaitable if isinstance(reply, Pending) else reply


def site(target: str) -> Site:
    return Site(target, PLACE)


def named(*tasks: Task[..., Any]) -> dict[str, Task[..., Any]]:
    """Tasks by name, as a host wants them."""
    return {task.name: task for task in tasks}


async def call(host: Host, task: Task[..., Any], *arguments: object, policies: object = None, **keywords: object) -> Any:
    return await answer(host.call(site(task.name), arguments, keywords, policies))
