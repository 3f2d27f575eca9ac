"""What the global names of a function stand for: variables of functions around it, of its module, and built-in ones.

It remembers which values it looked at (`Names.seen`), so that whoever compiled them in can see later whether they changed.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import partial
from types import FunctionType
from typing import NamedTuple

from cascade_compiler.csc.symbols import ConstSymbol, Symbol
from cascade_compiler.python.meanings import Meaning, ModuleValue, Pending, Refused, Resolve, meaning_of

__all__ = ["Names", "Watched"]

_MISSING = object()


class Watched(NamedTuple):
    """A global that was looked at: how it is written, the value that it had, and what gives the value that it has now."""

    name: str
    value: object
    now: Callable[[], object]

    @property
    def has_changed(self) -> bool:
        """Whether it has another value now."""
        return self.now() is not self.value


class Names:
    """Looks names up for one function. ``changing`` are the globals that its module assigns more than once.

    ``symbols`` collects what the tree's names stand for, by the keys that `key_of` gives. With ``whole`` every name must be
    there; without, names without a value are `Pending`.
    """

    def __init__(self, fn: FunctionType, resolve: Resolve, changing: frozenset[str], whole: bool) -> None:
        self._fn = fn
        self.resolve = resolve
        self._changing = changing
        self._whole = whole
        self._cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
        self._known: dict[tuple[str, ...], Meaning] = {}
        self.symbols: dict[str, Symbol] = {}
        self.seen: dict[tuple[str, ...], object] = {}
        self.errors: dict[str, type[Exception]] = {}

    def meaning(self, path: tuple[str, ...]) -> Meaning:
        """What ``name`` or ``module.name`` stands for."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._find(path)
        return found

    def _find(self, path: tuple[str, ...]) -> Meaning:
        value = self._value(path)
        if value is _MISSING:
            return self._missing(path)
        self.seen[path] = value
        found = meaning_of(value, self.resolve)
        if len(path) == 1 and isinstance(found, ConstSymbol) and path[0] in self._changing and path[0] not in self._cells:
            message = "`{name}` gets another value somewhere in its module, and a flow would not see that"
            return Refused("CS271", message, "assign it once, or pass it to the flow as an argument")
        return found

    def _value(self, path: tuple[str, ...]) -> object:
        value = self._first(path[0])
        for name in path[1:]:
            value = getattr(value, name, _MISSING)
        return value

    def _first(self, name: str) -> object:
        cell = self._cells.get(name)
        if cell is not None:
            try:
                return cell.cell_contents
            except ValueError:
                return _MISSING
        found = self._fn.__globals__.get(name, _MISSING)
        if found is not _MISSING:
            return found
        built_in = self._fn.__globals__.get("__builtins__", builtins)
        return (built_in if isinstance(built_in, dict) else vars(built_in)).get(name, _MISSING)

    def _missing(self, path: tuple[str, ...]) -> Meaning:
        if len(path) > 1:
            if not self._whole and _is_being_imported(self._value(path[:-1])):
                return Pending()
            close = get_close_matches(path[-1], dir(self._value(path[:-1])), n=1)
            message = f"module `{'.'.join(path[:-1])}` has no `{path[-1]}`"
            return Refused("CS280", message, f"did you mean `{close[0]}`?" if close else None)
        if not self._whole:
            return Pending()
        close = get_close_matches(path[0], [*self._fn.__globals__, *self._cells, *dir(builtins)], n=1)
        hint = f"did you mean `{close[0]}`?" if close else "define or import it in the module"
        return Refused("CS280", "the name `{name}` is not defined", hint)

    def members(self, path: tuple[str, ...]) -> tuple[object, ...] | None:
        """The classes in a global tuple of classes, as `except` may name it; None for any other global."""
        value = self._value(path)
        return value if isinstance(value, tuple) and value and all(isinstance(each, type) for each in value) else None

    def is_module(self, path: tuple[str, ...]) -> bool:
        """Whether a path leads to a module."""
        return isinstance(self.meaning(path), ModuleValue)

    def key_of(self, path: tuple[str, ...], symbol: Symbol) -> str:
        """The name by which the tree means a symbol: never that of a built-in function, which it could hide."""
        key = ".".join(path)
        if hasattr(builtins, key):
            key = f".{key}"
        self.symbols[key] = symbol
        return key

    def watched(self) -> Iterator[Watched]:
        """The globals that were looked at. A name that had no value is not among them."""
        for path, value in self.seen.items():
            yield Watched(".".join(path), value, partial(self._value, path))


def _is_being_imported(module: object) -> bool:
    """Whether a module, one of two that import each other, is not whole yet."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
