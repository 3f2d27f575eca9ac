"""Values of the reference for calls that change what a generator expression sees while they read it.

What the call does with an item is done at once; the call is made afterwards, for what is left to do. Shares no table with the
machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from typing import Any

__all__ = ["READING"]


def _goal(subject: Any, items: list[object], name: str) -> object:
    """What takes the items: a list, a set or a function."""
    method = _method(subject, name)
    if method == "extend" or (method == "update" and isinstance(subject, set)):
        return subject
    if method is None:
        return items
    if isinstance(subject, dict):
        numbers = count()
        return lambda item: _put_pair(subject, item, next(numbers))
    return lambda item: getattr(subject, method)((item,))


def _method(subject: object, name: str) -> str | None:
    """The method, if it uses an item before it asks for the next."""
    kind, _, method = name.rpartition(".") if isinstance(name, str) else ("", "", "")
    own = type(subject).__name__ if type(subject) in (list, set, dict) else ""
    known = (own, method) in (("list", "extend"), ("set", "update"), ("set", "difference_update"), ("dict", "update"))
    return method if known and kind in ("", own) else None


def _put_pair(target: dict[object, object], item: Any, number: int) -> None:
    try:
        pair = tuple(item)
    except TypeError:
        raise TypeError(f"cannot convert dictionary update sequence element #{number} to a sequence") from None
    if len(pair) != 2:
        raise ValueError(f"dictionary update sequence element #{number} has length {len(pair)}; 2 is required")
    target[pair[0]] = pair[1]


def _give(goal: Any, item: object) -> None:
    if isinstance(goal, list):
        goal.append(item)
    elif isinstance(goal, set):
        goal.add(item)
    else:
        goal(item)


def _give_all(subject: Any, name: str, value: Any, star: bool) -> object:
    method = _method(subject, name)
    if method is None:
        return value
    getattr(subject, method)(*(value if star else [value]))
    return ()


def _stops(subject: Any, name: str, items: list[object], item: object) -> bool:
    of_sets = type(subject) in (set, frozenset) and name in ("isdisjoint", "issuperset")
    of_views = type(subject) in (type({}.keys()), type({}.items())) and name == "isdisjoint"
    if (of_sets or of_views) and getattr(subject, name)([item]):
        return False
    items.append(item)
    return of_sets or of_views


def _snapshot(subject: Any) -> object:
    return set.copy(subject) if type(subject) is set else subject


def _keep_common(subject: Any, name: str, kept: set[object], items: list[object], item: object) -> bool:
    if not _meets(subject, name):
        items.append(item)
        return False
    new = subject.intersection([item]).difference(kept)
    kept.update(new)
    items += new
    return bool(new) and len(kept) >= len(subject)


def _with_common(subject: Any, name: str, items: list[object]) -> object:
    if not _meets(subject, name):
        return subject
    if name == "intersection":
        return type(subject)(items)
    if name == "intersection_update":
        subject.clear()
        subject.update(items)
        return subject
    return set(items) if len(items) == len(subject) else {float("nan")}


def _meets(subject: object, name: str) -> bool:
    """Whether the method keeps items one by one."""
    if type(subject) is frozenset and name == "intersection_update":
        return False
    known = name in ("intersection", "intersection_update") or (name == "issubset" and sys.version_info >= (3, 12))
    return known and type(subject) in (set, frozenset)


def _fold_on(function: Callable[[object, object], object], items: list[object], item: object) -> None:
    items[:1] = [function(items[0], item)] if items else [item]


def _ask(key: Callable[[object], object] | None, answers: list[object], item: object) -> None:
    answers += [] if key is None else [key(item)]


def _asked(key: object, answers: list[object]) -> object:
    if key is None:
        return None
    given = iter(answers)
    return lambda _: next(given)


READING: dict[str, Callable[..., Any]] = {
    "goal": _goal, "give": _give, "give_all": _give_all, "stops": _stops, "fold_on": _fold_on, "ask": _ask, "asked": _asked,
    "snapshot": _snapshot, "keep_common": _keep_common, "with_common": _with_common,
}  # fmt: skip
"""Operations by name."""
