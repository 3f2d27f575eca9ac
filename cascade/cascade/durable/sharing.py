"""Calls that are under way at the same time and can change the same object.

What each of them has changed can not be told from what the others did. So they end together: what the first gave is held until
the last has ended, and then a snapshot is committed that has the changes of all. A process that dies before makes all of them
again, from what they were given.
"""

from __future__ import annotations

from typing import NamedTuple

from cascade.durable.suspensions import Calling

__all__ = ["Ended", "Sharing"]


class Ended(NamedTuple):
    """A call that has ended, and how."""

    call: Calling
    value: object
    error: BaseException | None


class _Group:
    """Calls that share objects, some of them through others; ``held`` are those that have ended."""

    __slots__ = ("held", "members", "objects")

    def __init__(self) -> None:
        self.members: list[Calling] = []
        self.objects: set[int] = set()
        self.held: list[Ended] = []


class Sharing:
    """The groups of one run. A call that can change nothing is in none."""

    def __init__(self) -> None:
        self._of: dict[Calling, _Group] = {}
        self._by_object: dict[int, _Group] = {}
        """By the ids of objects, which calls under way keep alive."""

    def begin(self, call: Calling) -> None:
        """A call begins, whose ``before`` is known; or is under way, and can reach more by now."""
        keys = {id(value) for _, value, _ in call.before}
        found = [self._of[call]] if call in self._of else []
        found += [self._by_object[key] for key in keys if key in self._by_object]
        group, *others = dict.fromkeys(found) or (_Group(),)
        if call not in self._of:
            group.members.append(call)
            self._of[call] = group
        for other in others:
            group.members += other.members
            group.held += other.held
            keys |= other.objects
            self._of.update(dict.fromkeys(other.members, group))
        group.objects |= keys
        self._by_object.update(dict.fromkeys(keys, group))

    def end(self, ended: Ended) -> list[Ended]:
        """A call has ended: those that can be told of now, in the order in which they ended; none while others have not."""
        group = self._of.get(ended.call)
        if group is None:
            return [ended]
        group.held.append(ended)
        ended.call.is_held = len(group.held) < len(group.members)
        if ended.call.is_held:
            return []
        for member in group.members:
            del self._of[member]
        for key in group.objects:
            if self._by_object.get(key) is group:
                del self._by_object[key]
        return group.held
