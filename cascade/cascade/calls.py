"""Calls that are written down: arguments held against a signature, then a `LazyResult`.

What does not fit is refused where the call is written, in Python's words. Knows signatures, not what is called.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, Protocol

from cascade_vm.blueprint import Parameter
from cascade_vm.signature import bind

from cascade.lazy import LazyResult, Mapped
from cascade.placeholder import Placeholder
from cascade.places import written_at

__all__ = ["Fit", "map_call"]


class _Parameter(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def required(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Shape:
    name: str
    parameters: tuple[Parameter, ...]


class Fit:
    """What arguments a callable takes. ``parameters`` is None when that is not known: then all fit."""

    __slots__ = ("_collects", "_easy", "_least", "_most", "_named", "_needed", "name", "parameters", "signature")

    def __init__(self, name: str, parameters: Iterable[_Parameter] | None, signature: str = "") -> None:
        self.name = name
        self.signature = signature
        known = self.parameters = None if parameters is None else tuple(parameters)
        shown = known or ()
        positional = [one for one in shown if one.kind in ("position", "either")]
        self._collects = known is None or any(one.kind == "keywords" for one in shown)
        self._most = sys.maxsize if known is None or any(one.kind == "rest" for one in shown) else len(positional)
        self._least = sum(one.required for one in positional)
        index = {one.name: number for number, one in enumerate(positional)}
        self._named = {one.name: index.get(one.name, sys.maxsize) for one in shown if one.kind in ("either", "keyword")}
        self._needed = [(one.name, index.get(one.name, sys.maxsize), one.kind == "position") for one in shown if one.required]
        self._easy = all(one.kind != "keyword" or not one.required for one in shown)

    def accepts(self, args: Sequence[object], kwargs: Mapping[str, object]) -> bool:
        """Whether a call with these arguments gets as far as the code that is called."""
        given = len(args)
        if given > self._most:
            return False
        if not kwargs and self._easy:
            return given >= self._least
        for name in kwargs:
            if self._named.get(name, -1 if not self._collects else given) < given:
                return False
        return all(number < given or (name in kwargs and not only) for name, number, only in self._needed)

    def refuse(self, args: Sequence[object], kwargs: Mapping[str, object], frame: FrameType) -> NoReturn:
        """Raise `ArgumentError` CS430 with the line of the call."""
        from cascade.errors import ArgumentError, Problem

        message = _complaint(self.name, self.parameters or (), args, kwargs)
        hint = f"the signature is `{self.signature}`" if self.signature else None
        raise ArgumentError(Problem("CS430", message, written_at(frame), hint))


def _complaint(name: str, parameters: Iterable[_Parameter], args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    shape = _Shape(name, tuple(Parameter(one.name, kind=one.kind, computed=not one.required) for one in parameters))
    try:
        bind(shape, args, kwargs)
    except TypeError as error:
        return str(error)
    return f"{name}() does not take these arguments"


def map_call(target: Any, fit: Fit, iterables: dict[str, Any], frame: FrameType) -> LazyResult[list[Any]]:
    """A call for each item of iterables. Those that are there are read now, so that one is never half used up."""
    if not iterables:
        _refuse_map(fit, "has nothing to go through", frame, f"name what to go through: `{fit.name}.map(x=[1, 2, 3])`")
    if not fit.accepts((), iterables):
        fit.refuse((), iterables, frame)
    read = {name: _items(fit, name, value, frame) for name, value in iterables.items()}
    lengths = {name: len(value) for name, value in read.items() if not isinstance(value, Placeholder)}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        _refuse_map(fit, f"goes through iterables of one length: {listed}", frame, None)
    return LazyResult(Mapped(target), (), read, frame.f_code, frame.f_lasti)


def _items(fit: Fit, name: str, value: Any, frame: FrameType) -> Any:
    if isinstance(value, Placeholder):
        if value.for_tasks_only:
            _refuse_map(fit, f"can not go through {value!r}", frame, "hand it to a @cs.task, and go through what that gives")
        return value
    try:
        return list(value)
    except TypeError:
        _refuse_map(fit, f"can not go through `{name}`, {type(value).__name__} has no items", frame, "hand over a list")


def _refuse_map(fit: Fit, message: str, frame: FrameType, hint: str | None) -> NoReturn:
    from cascade.errors import GraphError, Problem

    raise GraphError(Problem("CS431", f"{fit.name}.map() {message}", written_at(frame), hint))
