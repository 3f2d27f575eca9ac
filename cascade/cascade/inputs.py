"""Inputs of a run that its graph names: `Param`, which the caller gives, and `Env`, a variable of the environment.

Values are converted to the declared type as those of a command line and of JSON are (`cascade.conversion`). This file knows
inputs, not graphs.
"""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Generic, NoReturn, TypeVar

from cascade.conversion import from_json, from_text
from cascade.declared import ANY, CLASSES, Mismatch, Type, as_declared, parse_type
from cascade.errors import ArgumentError, GraphError, Problem
from cascade.lazy import NOTHING
from cascade.parameters import near_miss
from cascade.placeholder import Placeholder

__all__ = ["Env", "Input", "Param", "read_inputs", "type_text"]

R = TypeVar("R")


class Input(Placeholder, Generic[R]):
    """A value that comes from outside: ``name``, ``default`` (`NOTHING`: it has to be given), ``type``, ``description``."""

    __slots__ = ("declared", "default", "description", "name", "type")
    word = "input"

    def __init__(self, name: str, default: Any = NOTHING, type: Any = None, description: str = "") -> None:  # noqa: A002
        if not isinstance(name, str) or not name:
            _refuse(f"the name of a {self.word} is a text, not {name!r}")
        if isinstance(default, Placeholder):
            _refuse(f"the default of {self.word} `{name}` is a value, not {default!r}")
        self.name = name
        self.type = type
        self.description = description
        self.declared = _declared(self, type)
        self.default = default
        if default is not NOTHING and default is not None:
            try:
                self.default = self.converted(default)
            except Mismatch as mismatch:
                _refuse(f"the default of {self.word} `{name}` is {mismatch.found}, which is not `{self.type_name}`")

    @property
    def type_name(self) -> str:
        """The type, as it is written in a signature."""
        return self.type.__name__ if self.is_class else str(self.declared)

    @property
    def is_class(self) -> bool:
        """Whether the type is a class that no signature can name: values are made by calling it."""
        return self.declared == ANY and isinstance(self.type, type) and self.type is not object

    def converted(self, value: object) -> object:
        """``value`` as the declared type has it; `Mismatch` when it can not be that."""
        if self.is_class:
            return self._made(value)
        try:
            fitting = as_declared(self.declared, value)
        except Mismatch:
            if isinstance(value, str):
                return from_text(self.declared, value)
            return from_json(self.declared, value)
        if self.declared.name == "float" and not isinstance(fitting, float):
            return from_json(self.declared, int(typing.cast(int, fitting)))
        return fitting

    def _made(self, value: object) -> object:
        if isinstance(value, self.type):
            return value
        try:
            return self.type(value)
        except (TypeError, ValueError, ArithmeticError):
            raise Mismatch("", f"`{value}`", Type(self.type.__name__)) from None

    def _said(self) -> str:
        return f"{self.word} `{self.name}`"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Param(Input[R]):
    """A parameter of the run: ``engine.run(target, params={"name": …})``, an option of `cascade.create_cli`.

    >>> double = cs.task(lambda number: 2 * number)
    >>> cs.run(double(Param("number", default=2, type=int)), params={"number": "21"})
    42
    """

    __slots__ = ()
    word = "parameter"


class Env(Input[R]):
    """A variable of the environment, read when the run begins.

    >>> upper = cs.task(str.upper)
    >>> cs.run(upper(Env("CASCADE_EXAMPLE", default="nowhere")))
    'NOWHERE'
    """

    __slots__ = ()
    word = "environment variable"


def type_text(declared: Any) -> str | None:
    """A Python type as signatures write it, ``list[int]`` or ``int | None``; None for what they can not say."""
    if declared is None or declared is type(None):
        return "None"
    if declared is Any or declared is object:
        return "any"
    if declared is timedelta:
        return "duration"
    if isinstance(declared, str):
        known = parse_type(declared)
        return declared if known != ANY and _all_known(known) else None
    if declared is Ellipsis:
        return "..."
    origin, arguments = typing.get_origin(declared), typing.get_args(declared)
    if origin is None:
        return declared.__name__ if isinstance(declared, type) and declared.__name__ in CLASSES else None
    texts = [type_text(argument) for argument in arguments]
    if None in texts:
        return None
    if origin in (typing.Union, types.UnionType):
        return " | ".join(text for text in texts if text)
    outer = type_text(origin)
    return f"{outer}[{', '.join(text for text in texts if text)}]" if outer else None


def _all_known(declared: Type) -> bool:
    known = declared.name in CLASSES or declared.name in ("|", "any", "...")
    return known and all(map(_all_known, declared.arguments))


def _declared(one: Input[Any], declared: Any) -> Type:
    if declared is None:
        return ANY
    text = type_text(declared)
    if text is None and not isinstance(declared, type):
        _refuse(f"the type of {one.word} `{one.name}` is a class or a type such as `list[int]`, not {declared!r}")
    return ANY if text is None else parse_type(text)


def _refuse(message: str) -> NoReturn:
    raise GraphError(Problem("CS439", message))


# --- reading -------------------------------------------------------------------------------------------------------------


def read_inputs(inputs: Iterable[Input[Any]], given: Mapping[str, object]) -> list[object]:
    """The value of each input, in order, from what the caller gave and the environment.

    Raises `ArgumentError` with everything that is wrong: what is missing, of another type, or not known.
    """
    wanted = list(inputs)
    problems: dict[Problem, None] = {}
    values = [_read(one, given, problems) for one in wanted]
    known = list(dict.fromkeys(one.name for one in wanted if isinstance(one, Param)))
    for name in given:
        if name not in known:
            hint = near_miss(name, known) or (f"it has {', '.join(f'`{one}`' for one in known)}" if known else "it has none")
            problems[Problem("CS406", f"what is run has no parameter `{name}`", None, hint)] = None
    if problems:
        raise ArgumentError(*problems)
    return values


def _read(one: Input[Any], given: Mapping[str, object], problems: dict[Problem, None]) -> object:
    found = given.get(one.name, NOTHING) if isinstance(one, Param) else os.environ.get(one.name, NOTHING)
    if found is NOTHING:
        if one.default is NOTHING:
            typed = "" if one.declared == ANY and one.type is None else f" ({one.type_name})"
            said = f": {one.description}" if one.description else ""
            problems[Problem("CS405", f"{one.word} `{one.name}`{typed} is missing{said}")] = None
        return one.default
    try:
        return one.converted(found)
    except Mismatch as mismatch:
        at = f" at {mismatch.path}" if mismatch.path else ""
        problems[Problem("CS407", f"{one.word} `{one.name}` takes `{one.type_name}`, not {mismatch.found}{at}")] = None
        return None
