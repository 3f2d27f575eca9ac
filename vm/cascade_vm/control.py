"""Values by which a task says where its run goes on: `Jump` and `TailCall`. Plain data; a flow that knows them acts on them.

A jump is made in each turn of a loop: a msgspec struct takes a fifth of the time of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

__all__ = ["Jump", "TailCall"]


class Jump(msgspec.Struct, frozen=True):
    """Go on at the state that the selector (`cascade.select_jump`) has under ``target_key``.

    A dict as ``data`` overrides keyword arguments of that state, any other value its first positional argument; None leaves
    them as they are. Under a key that is bound to None the run ends with ``data``.

    >>> Jump("again", {"n": 3})
    Jump(target_key='again', data={'n': 3})
    """

    target_key: str
    data: object = None


@dataclass(frozen=True, slots=True)
class TailCall:
    """Start again with these arguments: the flow that the task is run by, or the registered task or flow called ``target``.

    >>> TailCall((1,), {"step": 2})
    TailCall(args=(1,), kwargs={'step': 2}, target=None)
    """

    args: Sequence[object] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)
    target: str | None = None
