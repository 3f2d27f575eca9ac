"""Lists of calls that differ in nothing but their arguments: their plan is found without reading their graph.

The graph of a thousand calls is a thousand nodes, which take longer to read than to run. What is looked at here is what makes
the graphs of two such lists one. What they mean is still read from the graph, when it is planned.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cascade.answers import PLAIN
from cascade.lazy import NOTHING, LazyResult
from cascade.shapes import Same, Sites
from cascade.tasks import Task

__all__ = ["Alike", "alike"]

_FEWEST: Final = 8
"""Of fewer calls the graph is read as quickly."""


class Alike(NamedTuple):
    """``key`` is the same for lists with the same plan, ``values`` is what the slots of that hold."""

    key: object
    values: list[object]


def alike(target: object) -> Alike | None:
    """``target`` as a list or tuple of calls of one task, written at one place, with plain arguments by position and nothing
    else said of them; None for any other."""
    if not isinstance(target, list | tuple) or type(target) not in (list, tuple) or len(target) < _FEWEST:
        return None
    first = target[0]
    if type(first) is not LazyResult or type(first.target) is not Task:
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
    if len(set(map(id, target))) < len(target) or not PLAIN.issuperset(map(type, values)):
        return None
    return Alike((type(target), len(target), count, Same(task), Sites([(code, at)])), values)
