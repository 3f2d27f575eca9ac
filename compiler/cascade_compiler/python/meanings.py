"""What Python values are to a flow: constants, tasks, flows, built-in functions, errors, modules; or something it can not use.

How a task or flow is known is the caller's to say (`Resolve`).
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import MutableMapping, MutableSequence, MutableSet
from typing import Any, Protocol, TypeAlias

import msgspec
from cascade_compiler.csc.symbols import ConstSymbol, FlowSymbol, TaskSymbol
from cascade_vm.blueprint import Task
from cascade_vm.constants import Constant, is_constant
from cascade_vm.errors import CATCHABLE
from cascade_vm.library import name_of
from cascade_vm.limits import CONSTANT_DEPTH, SET_ITEMS, depth_of

__all__ = [
    "BuiltInFunction", "ErrorClass", "Meaning", "ModuleValue", "Pending", "Refused", "Resolve", "Word", "meaning_of",
]  # fmt: skip


class Word(msgspec.Struct, frozen=True):
    """A function that asks something of the run: ``name`` is "sleep", "wait", "emit", "timeout", "gather" or "fail"."""

    name: str


class Resolve(Protocol):
    """What a Python value is to flows, if it is a task, a flow, a service of the run, or what an operation makes."""

    def __call__(self, value: object) -> TaskSymbol | FlowSymbol | Word | BuiltInFunction | None: ...


class BuiltInFunction(msgspec.Struct, frozen=True):
    """A built-in or library function or type, by its name in `cascade_vm.library`; or ``print``."""

    name: str


class ErrorClass(msgspec.Struct, frozen=True):
    """A class of errors. ``kind`` is its name in `cascade_compiler.graph.MatchError`; unless built in, ``task`` makes one."""

    kind: str
    value: type[Exception]
    task: TaskSymbol | None


class ModuleValue(msgspec.Struct, frozen=True):
    """A module, whose attributes have meanings of their own."""

    module: types.ModuleType


class Pending(msgspec.Struct, frozen=True):
    """A name that has no value yet: of a flow, perhaps, that is defined further down."""


class Refused(msgspec.Struct, frozen=True):
    """A value that flows can not use; ``hint`` says what to write instead. ``{name}`` stands for how it is written."""

    code: str
    message: str
    hint: str | None = None


Meaning: TypeAlias = (
    TaskSymbol | FlowSymbol | ConstSymbol | Word | BuiltInFunction | ErrorClass | ModuleValue | Pending | Refused
)


def meaning_of(value: object, resolve: Resolve) -> Meaning:
    """What a value is to a flow."""
    known = resolve(value) or _of_asyncio(value)
    if known is not None:
        return known
    if isinstance(value, types.ModuleType):
        return ModuleValue(value)
    if is_constant(value):
        return _constant(value)
    if isinstance(value, type) and issubclass(value, BaseException):
        return _error_class(value)
    if value is print:
        return BuiltInFunction("print")
    name = _library_name(value)
    return BuiltInFunction(name) if name is not None else _refused(value)


def _of_asyncio(value: object) -> Word | None:
    asyncio = sys.modules.get("asyncio")  # a program that does not import it does not use it
    if asyncio is None or not callable(value):
        return None
    for name in ("sleep", "gather", "timeout"):
        if value is getattr(asyncio, name, None):
            return Word(name)
    return None


def _library_name(value: object) -> str | None:
    try:
        return name_of(value)
    except Exception:  # a value that can not even be looked at is none of ours
        return None


def _constant(value: object) -> ConstSymbol | Refused:
    if depth_of(value) > CONSTANT_DEPTH or (isinstance(value, frozenset) and len(value) > SET_ITEMS):
        return Refused("CS270", "the value of `{name}` is too large for a constant", "pass it to the flow as an argument")
    return ConstSymbol(Constant(value))


def _error_class(value: type[BaseException]) -> Meaning:
    if CATCHABLE.get(value.__name__) is value:
        return ErrorClass(value.__name__, CATCHABLE[value.__name__], None)
    if not issubclass(value, Exception):
        message = "`{name}` ends a run, and flows neither raise nor catch it"
        return Refused("CS285", message, "raise and catch errors that derive from `Exception`")
    kind = f"{value.__module__}:{value.__qualname__}"
    return ErrorClass(kind, value, TaskSymbol(Task(kind)))


_FUNCTIONS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, types.WrapperDescriptorType,
    types.MethodWrapperType,
)  # fmt: skip


def _refused(value: Any) -> Refused:
    found = _not_in_flows(value)
    if found is not None:
        return found
    if isinstance(value, type):
        message = "`{name}` is a class, and flows make and use no instances of classes by themselves"
        return Refused("CS281", message, "let a function that is decorated with `@cs.task` do what needs the class")
    if isinstance(value, _FUNCTIONS) or hasattr(value, "__wrapped__"):
        hint = "decorate it with `@cs.task`, or with `@cs.flow` if it is to be compiled as well"
        return Refused("CS269", "`{name}` is a function that is neither a task nor a flow", hint)
    kind = type(value).__name__
    why = "can change" if isinstance(value, _CHANGE) else "is no constant"
    message = f"`{{name}}` is a global, and its value ({_article(kind)}) {why}: flows read only what stays as it is"
    hint = "pass it as an argument" + _INSTEAD_OF.get(kind, "")
    return Refused("CS270", message, hint)


_CHANGE = (list, dict, set, bytearray, MutableSequence, MutableMapping, MutableSet)
_INSTEAD_OF = {"list": ", or make it a tuple", "set": ", or make it a frozenset", "dict": ", or read it in a task"}


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


_ATTRIBUTES = "attributes are reached by a name in the text, `value.name`"
_HINTS: dict[str, str] = {
    **dict.fromkeys(("exec", "eval", "compile", "__import__"), "flows run only what stands in their own text"),
    **dict.fromkeys(("globals", "locals", "vars", "dir"), "use variables by their names"),
    **dict.fromkeys(("getattr", "setattr", "delattr", "hasattr"), _ATTRIBUTES),
    **dict.fromkeys(("open", "input", "breakpoint", "help"), "do it in a function that is decorated with `@cs.task`"),
    **dict.fromkeys(("id", "hash"), "it differs from process to process: compare with `is` or `==`"),
    **dict.fromkeys(("exit", "quit"), "`return` ends a flow, and so does `raise`"),
    **dict.fromkeys(("super", "property", "classmethod", "staticmethod"), "classes are for tasks to use"),
    **dict.fromkeys(("aiter", "anext"), "let a task read it, and give a list"),
}


def _not_in_flows(value: object) -> Refused | None:
    """A built-in function of Python that flows do not have."""
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    if not isinstance(name, str) or vars(builtins).get(name) is not value:
        return None
    hint = _HINTS.get(name, "do it in a function that is decorated with `@cs.task`")
    return Refused("CS273", "flows have no `{name}`", hint)
