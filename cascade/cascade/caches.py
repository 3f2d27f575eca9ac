"""What a cache policy is, and how its answers are read.

A policy is any object with two coroutine methods, ``check(task_id, inputs)`` and ``save(task_id, inputs, output)``. ``inputs``
has a value for each parameter of the task, defaults included. This file knows no tasks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

__all__ = ["MISS", "CachePolicy", "Hit", "Miss", "cached"]


class Miss:
    """The type of `MISS`, the answer of a cache that has no value.

    >>> MISS
    MISS
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISS"


MISS: Final = Miss()


@dataclass(frozen=True, slots=True)
class Hit:
    """The answer of a cache that has ``value``.

    >>> Hit(None)
    Hit(value=None)
    """

    value: object


class CachePolicy(Protocol):
    """Where results are kept. One policy may serve any number of tasks and runs at a time.

    ``check`` answers `MISS` (or raises `KeyError`) when it has nothing, a `Hit`, or the value itself. A plain None is a
    miss: policies that look with ``dict.get`` mean that. So a result that is None, `MISS` or a `Hit` is handed to ``save`` as
    `Hit` of it, and a policy that gives back what it was given answers right, whatever it says when it has nothing.

    >>> class Kept:
    ...     def __init__(self):
    ...         self.store = {}
    ...     async def check(self, task_id, inputs):
    ...         return self.store.get((task_id, repr(inputs)))
    ...     async def save(self, task_id, inputs, output):
    ...         self.store[task_id, repr(inputs)] = output

    What either raises is an error of the call.
    """

    async def check(self, task_id: str, inputs: Mapping[str, Any]) -> object: ...

    async def save(self, task_id: str, inputs: Mapping[str, Any], output: Any) -> object: ...


async def cached(
    policy: CachePolicy,
    task_id: str,
    inputs: Mapping[str, Any],
    call: Callable[[], Awaitable[object]],
    on_hit: Callable[[], None],
) -> object:
    """What the policy has, or what ``call`` gives, which is saved."""
    try:
        answer = await policy.check(task_id, inputs)
    except KeyError:
        answer = MISS
    if answer is not None and answer is not MISS:
        on_hit()
        return answer.value if isinstance(answer, Hit) else answer
    value = await call()
    await policy.save(task_id, inputs, Hit(value) if value is None or isinstance(value, Hit | Miss) else value)
    return value
