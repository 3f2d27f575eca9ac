"""Placeholders: what stands in a program for a value that is there only when the program runs.

Python code outside of a run can hand a placeholder on, and nothing else: whatever needs the value itself (a condition, a
comparison, a loop, text, arithmetic) is refused, with what to write instead. This file knows no kind of placeholder.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from cascade.places import written_at

if TYPE_CHECKING:
    _Open = Any  # a type checker lets a placeholder stand wherever its value may: `len(fetch(url))` in a flow, and arguments
else:
    _Open = object

__all__ = ["Placeholder", "check_available", "describe", "refused_pickle"]

_IN_A_FLOW = "inside a @cs.flow it is the value itself, and this can be written so"
_CONDITION = f"write `.run_if(…)` on what depends on it, or `cs.Router(selector, routes)`; {_IN_A_FLOW}"
_COMPARISON = f"compare in a @cs.task that gets it as an argument; {_IN_A_FLOW}"
_ITERATION = f"write `task.map(x=…)` to call a task for each of its items; {_IN_A_FLOW}"
_VALUE = f"do it in a @cs.task that gets it as an argument; {_IN_A_FLOW}"


def _refuse(code: str, message: str, hint: str) -> NoReturn:
    from cascade.errors import LazyValueError, Problem

    raise LazyValueError(Problem(code, message, written_at(sys._getframe(2)), hint))


class Placeholder(_Open):  # type: ignore[misc]
    """A value to be. Placeholders are equal to themselves only, and may be keys and members of sets."""

    __slots__ = ("__weakref__",)
    for_tasks_only: ClassVar[bool] = False
    """Whether it has a value only as an argument of a task; then it may be the default of a task's parameter too."""

    def __bool__(self) -> bool:
        _refuse("CS425", f"{describe(self)} is not there yet, so it can not be a condition", _CONDITION)

    def _compare(self, other: object) -> bool:
        _refuse("CS426", f"{describe(self)} is not there yet, so it can not be compared", _COMPARISON)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compare
    __hash__ = object.__hash__

    def _iterate(self, *_: object) -> NoReturn:
        _refuse("CS427", f"{describe(self)} is not there yet, so its items can not be read", _ITERATION)

    __iter__ = __next__ = __reversed__ = __contains__ = __len__ = _iterate

    def __deepcopy__(self, memo: object) -> Self:
        return self  # a value among other data; and graphs may be deeper than Python's stack

    def __await__(self) -> NoReturn:
        hint = "write `await cs.arun(…)`, or `await engine.run(…)`"
        _refuse("CS428", f"{describe(self)} is not running, so it can not be awaited", hint)

    def __format__(self, spec: str) -> str:
        _refuse("CS428", f"{describe(self)} is not there yet, so it can not be put into a text", _VALUE)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        from cascade.errors import LazyAttributeError, Problem

        message = f"{describe(self)} is not there yet, so `.{name}` can not be read"
        known = [one for one in dir(type(self)) if not one.startswith("_")]
        raise LazyAttributeError(Problem("CS429", message, written_at(sys._getframe(1)), _near(name, known) or _VALUE))


def _near(name: str, known: list[str]) -> str | None:
    from cascade.parameters import near_miss

    return near_miss(name, known)


def describe(placeholder: Placeholder) -> str:
    """``the result of `fetch` `` or ``a Param``, to begin a sentence with."""
    said: str = placeholder._said()
    return said


def check_available(value: object, what: str) -> None:
    """Refuse, as ``what``, a placeholder that only tasks get the value of. To be called by what users call."""
    if isinstance(value, Placeholder) and value.for_tasks_only:
        from cascade.errors import GraphError, Problem

        hint = "hand it to a @cs.task, and use what that gives"
        raise GraphError(Problem("CS439", f"{describe(value)} can not be {what}", written_at(sys._getframe(2)), hint))


def refused_pickle(placeholder: Placeholder) -> Exception:
    """The error of one that belongs to the code in which it is written: other processes do not have that."""
    from cascade.errors import LazyValueError, Problem

    hint = "`cs.to_json(…)` writes a graph of calls down"
    return LazyValueError(Problem("CS428", f"{describe(placeholder)} is not there yet, so it can not be pickled", None, hint))


_OPERATORS = (
    "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or "
    "radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand rxor ror "
    "neg pos abs invert round trunc floor ceil"
)
_CONVERSIONS = {"int": "a number", "float": "a number", "complex": "a number", "index": "a number", "bytes": "bytes"}


def _refusal(name: str, message: str) -> Any:
    def method(self: Placeholder, *_: object) -> NoReturn:
        _refuse("CS428", f"{describe(self)} is not there yet, so {message}", _VALUE)

    method.__name__ = method.__qualname__ = name
    return method


for _name in _OPERATORS.split():
    setattr(Placeholder, f"__{_name}__", _refusal(f"__{_name}__", "nothing can be computed with it"))
for _name, _what in _CONVERSIONS.items():
    setattr(Placeholder, f"__{_name}__", _refusal(f"__{_name}__", f"it can not be made {_what}"))
for _name in ("getitem", "setitem", "delitem"):
    setattr(Placeholder, f"__{_name}__", _refusal(f"__{_name}__", "it can not be indexed"))
