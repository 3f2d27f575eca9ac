"""Tasks and flows by name, for whoever has only a name: a graph in JSON, a `TailCall`.

Nothing is kept alive by being here. Two that live at one time may have one name; each has a key of its own, and the name means
the one that was made last. This file knows no kind of task.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

__all__ = ["find", "names", "register"]

_by_name: WeakValueDictionary[str, Any] = WeakValueDictionary()
_by_key: WeakValueDictionary[str, Any] = WeakValueDictionary()
_made: dict[str, int] = {}


def register(name: str, value: object) -> str:
    """Remember ``value`` by ``name``. Gives its key: the name, or ``name#2`` when that was given out before."""
    number = _made[name] = _made.get(name, 0) + 1
    key = name if number == 1 else f"{name}#{number}"
    _by_name[name] = value
    _by_key[key] = value
    return key


def find(name: str) -> Any | None:
    """What was registered last by this name, or has this key; None when that is gone or never was."""
    found = _by_name.get(name)
    return found if found is not None else _by_key.get(name)


def names() -> list[str]:
    """All names that mean something."""
    return sorted(_by_name)
