"""Operations for calls that change what a generator expression sees, or do something else of note, while they read it.

The generator is a loop of the flow. What the call would do with an item as soon as it has it is done in the loop; the call
itself is made afterwards, with what is left for it to do. Where the call would do nothing of the kind (it depends on the
type of the value whose method is called) the items are kept in a list, and all is left to the call. This file knows no flows.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import length_hint
from typing import Any

from cascade_vm.attributes import CLOSED

__all__ = ["Answers", "Less", "OPERATIONS", "Pairs"]

_CHANGED: dict[object, tuple[type, ...]] = {
    "extend": (list,), "list.extend": (list,), "update": (set, dict), "set.update": (set,), "dict.update": (dict,),
    "difference_update": (set,), "set.difference_update": (set,),
}  # fmt: skip
"""The types whose method takes an item of its argument into account before it asks for the next."""


_PROBE = iter((1, 2))
{1}.issubset(_PROBE)
_ASKED: dict[object, tuple[type, ...]] = {
    "isdisjoint": (set, frozenset, type({}.keys()), type({}.items())),
    "issuperset": (set, frozenset),
}
_SETS = (set, frozenset)
_MET: dict[object, tuple[type, ...]] = {
    "intersection": _SETS,
    "intersection_update": (set,),
    "issubset": _SETS if length_hint(_PROBE) else (),  # up to Python 3.11 it reads its argument whole
}


class Pairs:
    """A dict that is updated with pairs."""

    __slots__ = ("count", "target")

    def __init__(self, target: dict[Any, Any]) -> None:
        self.target = target
        self.count = 0

    def take(self, item: Any) -> None:
        """An item that is no tuple of two."""
        number = self.count - 1
        try:
            pair = item if type(item) in (list, tuple) else list(item)
        except TypeError:
            raise TypeError(f"cannot convert dictionary update sequence element #{number} to a sequence") from None
        if len(pair) != 2:
            length = f"has length {len(pair)}; 2 is required"
            raise ValueError(f"dictionary update sequence element #{number} {length}")
        self.target[pair[0]] = pair[1]


class Less:
    """A set that loses items."""

    __slots__ = ("target",)

    def __init__(self, target: set[Any]) -> None:
        self.target = target

    def take(self, item: object) -> None:
        self.target.difference_update((item,))


class Answers:
    """Stands for a function that was called already: what it gave, in order."""

    __slots__ = ("answers", "index")

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.index = -1

    def __call__(self, _: object) -> Any:
        self.index += 1
        return self.answers[self.index]


CLOSED.update((Pairs, Less, Answers))


def _goal(subject: Any, items: list[Any], name: object) -> object:
    """Where method ``name`` of ``subject`` puts items: into the subject, or into ``items``, for the call."""
    kind = type(subject)
    if kind not in _CHANGED.get(name, ()):
        return items
    if kind is dict:
        return Pairs(subject)
    return subject if name in ("extend", "list.extend", "update", "set.update") else Less(subject)


def _give(goal: Any, item: Any) -> None:
    """An item, to what `_goal` gave."""
    kind = type(goal)
    if kind is set:
        goal.add(item)
    elif kind is Pairs:
        goal.count += 1
        if type(item) is tuple and len(item) == 2:
            goal.target[item[0]] = item[1]
        else:
            goal.take(item)
    elif kind is list:
        goal.append(item)
    elif kind is Less:
        goal.take(item)
    else:
        raise TypeError(f"'{kind.__name__}' object takes no items")


def _give_all(subject: Any, name: str, value: Any, star: bool) -> Any:
    """One of several arguments of a method, to be read before the next; gives what is left to read for the call."""
    if type(subject) not in _CHANGED.get(name, ()):
        return value
    getattr(subject, name.rpartition(".")[2])(*value if star else (value,))
    return ()


def _stops(subject: Any, name: object, items: list[Any], item: object) -> bool:
    """Whether a method of ``subject`` that asks for something of each item knows enough with this one."""
    if type(subject) not in _ASKED.get(name, ()):
        items.append(item)
        return False
    if subject.isdisjoint((item,)) if name == "isdisjoint" else subject.issuperset((item,)):
        return False
    items.append(item)
    return True


def _snapshot(subject: Any) -> Any:
    """What a method works on that copies a set before it reads anything."""
    return subject.copy() if type(subject) is set else subject


def _keep_common(subject: Any, name: object, kept: set[Any], items: list[Any], item: object) -> bool:
    """For method ``name``, keep an item that is in ``subject`` now, once. Whether there can not be any more."""
    if type(subject) not in _MET.get(name, ()):
        items.append(item)
        return False
    if subject.isdisjoint((item,)) or item in kept:
        return False
    kept.add(item)
    items.append(item)
    return len(kept) >= len(subject)


def _with_common(subject: Any, name: object, items: list[Any]) -> Any:
    """What the method finds the items in ``subject`` by that `_keep_common` kept, whatever it has lost since."""
    if type(subject) not in _MET.get(name, ()):
        return subject
    if name == "intersection_update":
        subject.intersection_update(())
        subject.update(items)
        return subject
    if name == "intersection" or len(items) == len(subject):
        return type(subject)(items)
    return {float("nan")}  # which is no item


def _fold_on(function: Callable[[Any, Any], Any], items: list[Any], item: object) -> None:
    """`functools.reduce` has come to one more item: ``items`` holds what it has so far, or nothing."""
    if items:
        items[0] = function(items[0], item)
    else:
        items.append(item)


def _ask(key: Callable[[Any], Any] | None, answers: list[Any], item: object) -> None:
    """The key of an item; None: it has none."""
    if key is not None:
        answers.append(key(item))


def _asked(key: object, answers: list[Any]) -> object:
    """What gives the same keys once more."""
    return None if key is None else Answers(answers)


OPERATIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "goal": (_goal, 3, 3), "give": (_give, 2, 2), "give_all": (_give_all, 4, 4), "stops": (_stops, 4, 4),
    "snapshot": (_snapshot, 1, 1), "keep_common": (_keep_common, 5, 5), "with_common": (_with_common, 3, 3),
    "fold_on": (_fold_on, 3, 3), "ask": (_ask, 3, 3), "asked": (_asked, 2, 2),
}  # fmt: skip
"""Function, least and most arguments, by name."""
