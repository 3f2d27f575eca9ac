"""Lists of calls that differ in nothing but their arguments: they are what `task.map` says of the lists of these.

The graph of a thousand calls is a thousand nodes, which take longer to read than to run; and each length has a plan of its own.
That of the map is one node, for any number of calls.
"""

from __future__ import annotations

from typing import Any, Final

from cascade.answers import PLAIN
from cascade.lazy import NOTHING, LazyResult, Mapped
from cascade.tasks import Task

__all__ = ["as_map"]

_FEWEST: Final = 8
"""Of fewer calls the graph is read as quickly."""


def as_map(target: object) -> LazyResult[list[Any]] | None:
    """A list of calls of one task, written at one place, with plain arguments by position and nothing else said of them, as the
    call that means the same. None for all else."""
    if type(target) is not list or len(target) < _FEWEST:
        return None
    first: object = target[0]
    if type(first) is not LazyResult or type(first.target) is not Task or not first.args:
        return None
    task, (code, at), count = first.target, first.site, len(first.args)
    values: list[object] = []
    for call in target:
        if type(call) is not LazyResult or call.target is not task or call._code is not code or call._at != at:
            return None
        if call.kwargs or call.policies or call.order or call.condition is not None or call.otherwise is not NOTHING:
            return None
        given = call.args
        if len(given) != count or call.selector is not None:
            return None
        values += given
    if len(set(target)) < len(target) or not PLAIN.issuperset(map(type, values)):
        return None
    columns = tuple([values[number::count] for number in range(count)])
    return LazyResult(Mapped(task), columns, {}, code, at)
