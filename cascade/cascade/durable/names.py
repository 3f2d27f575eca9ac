"""How users name things of stores: runs, signals, the stores themselves. What is none of these is refused with a sentence.

This file knows no stores, only how they are named.
"""

from __future__ import annotations

import os
import shlex
from typing import Any, TypeAlias
from urllib.parse import quote

from cascade.durable.store import CANCEL, Store
from cascade.errors import Problem, UsageError

__all__ = ["Located", "Where", "checked_id", "checked_signal", "command_for", "place_or_store"]


class Located:
    """Something that says where a store is. It holds nothing open."""

    url: str


Where: TypeAlias = str | os.PathLike[str] | Located | Store
"""How one names a store: its place, or the store itself, open."""


def place_or_store(store: Where) -> str | Store:
    """The place of a store as text, or the store that is open. `UsageError` CS530 for anything else."""
    given: Any = store
    if isinstance(given, Located):
        return given.url
    if isinstance(given, os.PathLike):
        path = os.fsdecode(given)
        return "sqlite:///" + quote(path) if "?" in path else path  # which has options only where it is text
    if isinstance(given, str):
        return given
    if hasattr(given, "put_program") and not isinstance(given, type):
        opened: Store = given
        return opened
    said = "None" if given is None else f"{type(given).__name__} `{given!r:.60}`"
    hint = "a store is a path, `sqlite:///path`, `postgresql://…`, or a `cs.Store`"
    raise UsageError(Problem("CS530", f"{said} names no store", None, hint))


def checked_id(run_id: str) -> str:
    """The name of a run: printable, without blanks at its ends, of at most 200 characters. `UsageError` CS523."""
    if not isinstance(run_id, str) or not run_id or len(run_id) > 200 or not run_id.isprintable() or run_id != run_id.strip():
        said = f"{ascii(run_id) if _is_broken(run_id) else repr(run_id):.60} can not be the name of a run"
        raise UsageError(Problem("CS523", said, hint="take letters, digits and signs that can be printed, 200 at most"))
    return run_id


def _is_broken(text: object) -> bool:
    """Whether it can not be written to a terminal: bytes of a command line that are no text come as such."""
    return isinstance(text, str) and any("\ud800" <= letter <= "\udfff" for letter in text)


def checked_signal(name: str) -> str:
    """The name of a signal, which is any text but the one that cancels runs. `UsageError` CS400."""
    if not isinstance(name, str):
        raise UsageError(Problem("CS400", f"the name of a signal is text, not {type(name).__name__} `{name!r:.60}`"))
    if name == CANCEL:
        said = f"no signal is called {name!r}: Cascade has that name for itself"
        raise UsageError(Problem("CS400", said, hint="`cascade cancel`, or `cs.Store.cancel`, cancels a run"))
    return name


def command_for(word: str, run_id: str, options: str = "") -> str:
    """What to type to do something with a run. A name that looks like an option stands where no option can."""
    name = shlex.quote(run_id)
    return f"cascade {word}{options} -- {name}" if name.startswith("-") else f"cascade {word} {name}{options}"
