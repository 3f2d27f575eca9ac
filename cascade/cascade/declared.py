"""The types that a signature declares, read from their canonical text, and whether a value fits one.

``int | None``, ``list[int]``, ``dict[str, list[float]]``, ``tuple[int, ...]``, ``duration``, ``any``. A value fits as a
type checker would say: a bool is an int, an int is a float; and a number fits ``duration``, counting seconds. This file
knows neither flows nor the command line.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

__all__ = ["ANY", "Mismatch", "Type", "as_declared", "check", "parse_type"]


class Type(NamedTuple):
    """A declared type. The name ``|`` is a union of the arguments; the name ``...`` ends ``tuple[int, ...]``."""

    name: str
    arguments: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if self.name == "|":
            return " | ".join(map(str, self.arguments))
        if not self.arguments:
            return self.name
        return f"{self.name}[{', '.join(map(str, self.arguments))}]"


ANY = Type("any")
_LONGEST = 1_000  # characters; a type that a person wrote is far shorter, and reading nests as deep as the text does
_TOKEN = re.compile(r"\s*(\w+|\.\.\.|[\[\],|])")

CLASSES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "str": (str,),
    "bytes": (bytes,),
    "list": (list,),
    "dict": (dict,),
    "tuple": (tuple,),
    "set": (set,),
    "frozenset": (frozenset,),
    "duration": (timedelta, int, float),
    "None": (type(None),),
}
"""The classes whose values fit a type, its arguments aside. ``any`` and names that are not here fit everything."""


class Mismatch(Exception):  # noqa: N818 - says where a value and a type part
    """A value does not fit: at ``path`` in it (``[3]["name"]``; empty: itself) ``found`` is not ``wanted``."""

    def __init__(self, path: str, found: str, wanted: Type) -> None:
        super().__init__(path, found, wanted)
        self.path = path
        self.found = found
        self.wanted = wanted

    def within(self, key: object) -> Mismatch:
        """The same, seen from the container that holds the value under ``key``."""
        return Mismatch(f"[{key!r}]{self.path}", self.found, self.wanted)


@lru_cache(maxsize=1024)
def parse_type(text: str) -> Type:
    """The type that ``text`` names. Text that is no type, which only a damaged program has, is read as ``any``."""
    tokens = _TOKEN.findall(text) if len(text) <= _LONGEST else []
    tokens.reverse()
    try:
        found = _union(tokens)
    except IndexError:
        return ANY
    return ANY if tokens else found


def _union(tokens: list[str]) -> Type:
    options = [_named(tokens)]
    while tokens and tokens[-1] == "|":
        tokens.pop()
        options.append(_named(tokens))
    return options[0] if len(options) == 1 else Type("|", tuple(options))


def _named(tokens: list[str]) -> Type:
    name = tokens.pop()
    if not tokens or tokens[-1] != "[":
        return Type(name)
    arguments = []
    while tokens.pop() != "]":
        arguments.append(_union(tokens))
    return Type(name, tuple(arguments))


def check(declared: Type, value: object) -> None:
    """Raise `Mismatch` unless ``value`` fits ``declared``, through and through."""
    name, arguments = declared
    if name == "|":
        _check_union(declared, value)
        return
    classes = CLASSES.get(name)
    if classes is None:
        return
    if not isinstance(value, classes) or (name == "duration" and isinstance(value, bool)):
        raise Mismatch("", kind_of(value), declared)
    if not arguments or arguments[0] == ANY == arguments[-1]:
        return
    if isinstance(value, dict) and len(arguments) == 2:
        _check_dict(arguments, value)
    elif isinstance(value, tuple):
        _check_tuple(declared, value)
    elif isinstance(value, list | set | frozenset):
        _check_items(arguments[0], value)


def _check_union(declared: Type, value: object) -> None:
    deepest: Mismatch | None = None
    for option in declared.arguments:
        try:
            check(option, value)
        except Mismatch as mismatch:
            if mismatch.path and deepest is None:
                deepest = mismatch
        else:
            return
    raise deepest or Mismatch("", kind_of(value), declared)


def _check_dict(arguments: tuple[Type, ...], value: dict[object, object]) -> None:
    for key, item in value.items():
        try:
            check(arguments[0], key)
            check(arguments[1], item)
        except Mismatch as mismatch:
            raise mismatch.within(key) from None


def _check_tuple(declared: Type, value: tuple[object, ...]) -> None:
    wanted = item_types(declared, len(value))
    if wanted is None:
        raise Mismatch("", f"a tuple of {len(value)}", declared)
    for index, (item, one) in enumerate(zip(value, wanted, strict=True)):
        try:
            check(one, item)
        except Mismatch as mismatch:
            raise mismatch.within(index) from None


def item_types(declared: Type, length: int) -> tuple[Type, ...] | None:
    """The types of the items of a tuple of ``length``, None when the declared one has another length."""
    arguments = declared.arguments
    if not arguments:
        return (ANY,) * length
    if len(arguments) == 2 and arguments[1].name == "...":
        return arguments[:1] * length
    return arguments if len(arguments) == length else None


def _check_items(wanted: Type, value: list[object] | set[object] | frozenset[object]) -> None:
    for index, item in enumerate(value):
        try:
            check(wanted, item)
        except Mismatch as mismatch:
            raise mismatch.within(index) from None


def as_declared(declared: Type, value: object) -> object:
    """``value`` checked; where ``declared`` is a duration (or one of a union) and the value a number, the duration."""
    check(declared, value)
    if isinstance(value, int | float) and not isinstance(value, bool) and _means_duration(declared):
        try:
            return timedelta(seconds=value)
        except (OverflowError, ValueError):
            raise Mismatch("", f"{value} seconds, which no duration can be,", declared) from None
    return value


def _means_duration(declared: Type) -> bool:
    names = {option.name for option in declared.arguments} if declared.name == "|" else {declared.name}
    return "duration" in names and not names & {"int", "float", "any"}


def kind_of(value: object) -> str:
    """``a str``, ``an int``, ``None``: what a value is, for a sentence."""
    if value is None:
        return "None"
    name = "duration" if isinstance(value, timedelta) else type(value).__name__
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"
